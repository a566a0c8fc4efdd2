"""The far side: imports the learner's modules and answers the judge's requests with plain data.

This package is copied, alone, to where the learner's code runs. It imports the standard library and numpy only.
"""
