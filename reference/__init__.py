"""The exercises, solved: the modules and functions of `exercises/`, the mathematics in sight."""
