"""The site of a private practice."""

import sys

__version__ = "0.2.0"

# An older Python can read this file, and no other of the site.
if sys.version_info < (3, 11):  # noqa: UP036 (the versions that the tools know are not those that people have)
    sys.exit("Python 3.11 or newer is needed. Make .venv with one, for example: make run PYTHON=python3.13")
