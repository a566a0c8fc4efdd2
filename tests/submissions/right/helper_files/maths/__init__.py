"""A sub-package of the learner's own."""
from .activation import logistic, logistic_slope
