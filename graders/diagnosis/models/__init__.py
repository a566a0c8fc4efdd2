"""Models of mistakes, one file per exercise module; importing this package registers them all."""

from . import (
    backward as backward,
)
from . import (
    digits as digits,
)
from . import (
    epochs as epochs,
)
from . import (
    forward as forward,
)
from . import (
    gradient_check as gradient_check,
)
from . import (
    init as init,
)
from . import (
    losses as losses,
)
from . import (
    practice as practice,
)
from . import (
    steps as steps,
)
from . import (
    trace as trace,
)
from . import (
    training as training,
)
