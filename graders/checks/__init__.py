"""The checks: one file per exercise module, each function one claim about the learner's code."""
