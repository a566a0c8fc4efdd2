"""The learner's code at arm's length: it runs in a worker process, and only plain data crosses.

`worker/` is the far side (standard library and numpy only); everything else here is the judge's side.
"""
