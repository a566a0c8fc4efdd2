"""Nothing below is a test of this project: submissions bring tests and conftest.py files of their own."""

collect_ignore_glob = ["*"]
