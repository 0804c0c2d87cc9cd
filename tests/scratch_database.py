"""An empty database of the kind that the tests use, beside theirs, and commands that use it."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg2
from django.db import connection

from tests.environment import TESTING

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class ScratchDatabase:
    """`url` is its address, and `base_url` the one from which pytest-django makes that name for its test database."""

    name: str
    url: str
    base_url: str
    folder: Path

    def run(self, *command: str, cwd: Path = ROOT, **changes: str) -> subprocess.CompletedProcess:
        """Run Python with the settings of the site and this database, and return what it said."""
        site = {**TESTING, "VAR_DIR": str(self.folder / "var"), "DATABASE_URL": self.url, **changes}
        env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")} | site
        return subprocess.run([sys.executable, *command], cwd=cwd, env=env, capture_output=True, text=True)

    def manage(self, *command: str) -> None:
        done = self.run("manage.py", *command)
        assert done.returncode == 0, done.stderr

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows, and commit what changed."""
        with closing(self._connect()) as opened, opened, closing(opened.cursor()) as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def _connect(self) -> Any:
        if connection.vendor == "sqlite":
            return sqlite3.connect(self.name)
        return psycopg2.connect(**connection.get_connection_params() | {"dbname": self.name})


@contextmanager
def scratch_database(folder: Path) -> Iterator[ScratchDatabase]:
    if connection.vendor == "sqlite":
        base = f"sqlite:///{folder}/site.sqlite3"
        yield ScratchDatabase(f"{folder}/site.sqlite3.test", f"{base}.test", base, folder)
        return
    name = f"scratch_{uuid4().hex[:12]}"
    address, mark, query = os.environ["DATABASE_URL"].partition("?")
    server = address.rpartition("/")[0]
    base, url = (f"{server}/{choice}{mark}{query}" for choice in (name, f"test_{name}"))
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE test_{name}")
    try:
        yield ScratchDatabase(f"test_{name}", url, base, folder)
    finally:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE test_{name} WITH (FORCE)")
