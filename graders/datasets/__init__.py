"""Handwritten digits for the practice project: the bundled ones, and MNIST where it was fetched.

`digits` loads whichever set is there; `mnist`, `fetch` and `idx` turn the four published files into
one; `npz` is the file that holds a set.
"""
