"""`gradecheck quiz`: the questions on paper, asked one by one, and by-hand drills with fresh numbers.

notation   a number, several, or letters, as people type them
drills     exercises with numbers of their own, and the known wrong results of each
sheet      one value of exercises/answers.toml changed, and no other byte
session    what is asked, said and written
"""
