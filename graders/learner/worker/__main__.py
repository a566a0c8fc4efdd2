"""Started by the judge as `python -I -S -c …`, with the control socket's descriptor and what to import beforehand."""

import sys

from .zygote import main

main(int(sys.argv[1]), sys.argv[2])
