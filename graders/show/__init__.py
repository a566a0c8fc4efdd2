"""Pictures of what the guide describes, drawn from the reference's numbers or from the learner's own.

`catalogue` names them; `pictures/` holds one file for each: `numbers()` computes, `draw()` draws; `hands` lets the
same computation run with either side's functions; `style` is the one look. Importing this package imports neither
numpy nor matplotlib.
"""
