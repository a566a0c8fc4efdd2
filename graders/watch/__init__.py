"""`gradecheck watch`: what was saved is graded at once, and one screen says what to do next.

watcher   which files have changed, and have come to rest
rounds    one grading in the background, which a newer save cuts short
session   what is shown and where the learner stands; no input or output
view      a session as lines of text
keys      a terminal that gives single keys, and is put back on every way out
compare   the reference beside the learner's own functions
loop      all of it together
"""
