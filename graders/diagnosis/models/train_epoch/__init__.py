"""Network.train_epoch: one file for each part of an epoch that can go wrong."""

from . import batches as batches
from . import divisors as divisors
from . import gathering as gathering
from . import given as given
from . import losses as losses
from . import pairings as pairings
from . import steps as steps
from . import updates as updates
from .recipe import TrainEpoch as TrainEpoch
