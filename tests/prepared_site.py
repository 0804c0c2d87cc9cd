"""What a site has before it starts, made once for all processes of the tests: each time takes seconds of CPU time."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.environment import TESTING

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "site.sqlite3"
OUTPUT = "prepare.output"


def prepared_site() -> Path:
    """Return VAR_DIR of a site as `prepare` makes it, and in OUTPUT what that said; copy it, and leave it as it is."""
    return _made_once("prepared", _prepare)


def _prepare(folder: Path) -> None:
    (folder / OUTPUT).write_text(_manage(folder, "prepare"))


def _manage(folder: Path, *command: str) -> str:
    env = {"PATH": os.environ["PATH"], **TESTING, "VAR_DIR": str(folder)}
    done = subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


def _made_once(name: str, make: Callable[[Path], None]) -> Path:
    shared = Path(os.environ["VAR_DIR"]) / "made-once"  # of all processes of pytest-xdist
    shared.mkdir(exist_ok=True)
    finished, unfinished = shared / name, shared / f"{name}.unfinished"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not finished.exists():
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(mode=0o700)
            make(unfinished)
            unfinished.rename(finished)
    return finished
