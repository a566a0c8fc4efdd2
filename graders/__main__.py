"""`python -m graders` is the gradecheck command."""

from graders.cli import main

main()
