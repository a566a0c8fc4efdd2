"""Makes `pytest graders` work by itself."""

from graders.plugin import (  # noqa: F401
    pytest_addoption,
    pytest_collect_file,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_unconfigure,
)
