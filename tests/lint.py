"""Checks of the code itself; none of them changes a file."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.environment import PRODUCTION
from tests.results import Result

SOURCES = ("manage.py", "practice", "pages", "bookings", "tests", "benchmarks")
DJANGO = "--target-version=5.2"


def commands(root: Path) -> Iterator[tuple[str, list[str]]]:
    python = sys.executable
    djade = str(Path(python).with_name("djade"))
    code = sorted(str(path) for source in SOURCES for path in expand(root / source))
    templates = sorted(str(path) for path in root.glob("templates/**/*.html"))
    yield "ruff check", [python, "-m", "ruff", "check", "--output-format=concise"]
    yield "ruff format", [python, "-m", "ruff", "format", "--check"]
    yield "django-upgrade", [python, "-m", "django_upgrade", DJANGO, "--check", *code]
    if templates:
        yield "djade", [djade, DJANGO, "--check", *templates]
    yield "mypy", [python, "-m", "mypy"]
    yield "migrations", [python, "manage.py", "makemigrations", "--check", "--dry-run"]
    yield "deployment", [python, "manage.py", "check", "--deploy", "--fail-level=WARNING"]


def expand(source: Path) -> Iterator[Path]:
    return source.rglob("*.py") if source.is_dir() else iter([source])


def lint(root: Path, folder: Path) -> Result:
    env = {**os.environ, **PRODUCTION, "DATABASE_URL": f"sqlite:///{folder}/lint.sqlite3"}
    failed, done = [], 0
    for done, (name, command) in enumerate(commands(root), start=1):  # noqa: B007
        check = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False)
        if check.returncode:
            failed.append(name)
            print(f"--- {name}\n{check.stdout}{check.stderr}", flush=True)
    if failed:
        return Result("Code", failed=len(failed), problem=f"{', '.join(failed)} failed")
    return Result("Code", problem=f"{done} checks found nothing")
