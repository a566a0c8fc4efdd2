"""Models of mistakes, one file per idea; importing this package registers them all."""

from . import backward as backward
from . import backward_losses as backward_losses
from . import cross_entropy as cross_entropy
from . import cross_entropy_gradient as cross_entropy_gradient
from . import decayed_rate as decayed_rate
from . import epoch_losses as epoch_losses
from . import epoch_updates as epoch_updates
from . import epochs as epochs
from . import fit as fit
from . import forward as forward
from . import gradient_check as gradient_check
from . import init as init
from . import loss_table as loss_table
from . import one_hot as one_hot
from . import overfitting as overfitting
from . import parameters as parameters
from . import predictions as predictions
from . import prepare as prepare
from . import reading as reading
from . import split as split
from . import squared_error as squared_error
from . import steps as steps
from . import trace as trace
from . import train_digits as train_digits
from . import training as training
