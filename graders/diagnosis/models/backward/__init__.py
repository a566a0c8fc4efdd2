"""Network.backward: the longest list, since most goes wrong here. One file for each part of the chain rule."""

from . import bias_gradients as bias_gradients
from . import differences as differences
from . import losses as losses
from . import output as output
from . import passing as passing
from . import results as results
from . import slopes as slopes
from . import weight_gradients as weight_gradients
from .recipe import Backward as Backward
