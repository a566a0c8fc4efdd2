from reference.losses import *
