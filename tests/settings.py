"""The site's settings while it is tested. Everything is set here, so a developer's own .env changes nothing.

TEST_DATABASE_URL selects the database: SQLite without it, a temporary PostgreSQL server for the word `postgres`, or
the server at a postgres:// address.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from tests.environment import TESTING


def _set_environment() -> None:
    folder = Path(tempfile.mkdtemp(prefix="site-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    database = os.environ.get("TEST_DATABASE_URL") or f"sqlite:///{folder}/site.sqlite3"
    if database == "postgres":
        # The user goes beside the address, which has no place for one when a folder stands for the host.
        os.environ["PGUSER"] = "postgres"
        database = f"postgres:///{folder}/postgres/site"
    os.environ.update(TESTING, VAR_DIR=str(folder), DATABASE_URL=database, PORT="8000")


if "PYTEST_XDIST_WORKER" not in os.environ:  # a worker shares what the first process has set
    _set_environment()
# Processes that the tests start read the site's own settings, and an environment that a test may change.
os.environ["DJANGO_SETTINGS_MODULE"] = "practice.settings"

from practice.settings import *  # noqa: E402, F403 (they read the environment, so it comes first)

PASSWORD_HASHERS = ["tests.hashing.CheapArgon2Hasher", *PASSWORD_HASHERS[1:]]  # noqa: F405
