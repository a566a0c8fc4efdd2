"""Many submissions: find them, grade them on any `concurrent.futures.Executor`, keep the results in SQLite.

find, reading       what there is
task, lanes, cluster, engine    grading it
store, run          what is known, and what is still to do
statistics, grades_csv, page, outputs   what comes out
diff                two gradings side by side
"""
