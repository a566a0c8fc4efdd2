"""`python -m graders.questions > exercises/answers.toml`: an empty answer sheet."""

import sys

from graders.questions.sheet import blank_answers

sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # also on a plain terminal
print(blank_answers(), end="")
