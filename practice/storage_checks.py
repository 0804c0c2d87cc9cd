"""System checks of the places where data is kept: folders, files, and the connection to PostgreSQL."""

import os
import stat
import tempfile
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import Error

OTHERS_READ_OR_WRITE, OTHERS_ENTER = 0o066, 0o011
ENCRYPTED = ("require", "verify-ca", "verify-full")


def folders(app_configs: object, **kwargs: object) -> list[Error]:
    """Refuse folders that other accounts can read, or that can't be written where something has to be."""
    errors = []
    for path, mode in ((settings.VAR_DIR, "700"), (sqlite_file(), "600")):
        if path and path.exists() and is_open(path):
            errors.append(
                Error(
                    f"Other accounts of this machine can read {path}.",
                    hint=f"Close it to them: chmod {mode} {path}",
                    id="practice.E015",
                )
            )
    for folder, variable in written_folders():
        if problem := why_unwritable(folder):
            errors.append(
                Error(
                    f"Nothing can be written in {folder} ({problem}).",
                    hint=f"Set {variable} to a place that this account can write.",
                    id="practice.E016",
                )
            )
    return errors


def is_open(path: Path) -> bool:
    """Return whether other accounts may read or write the folder, or the file unless its folder is closed to them."""
    is_reachable = path.is_dir() or bool(path.parent.stat().st_mode & OTHERS_ENTER)
    return is_reachable and bool(path.stat().st_mode & OTHERS_READ_OR_WRITE)


def written_folders() -> list[tuple[Path, str]]:
    """Return the folders that the site writes while it runs, as far as they are there, each with its variable."""
    found = []
    if database := sqlite_file():
        found.append((database.parent, "DATABASE_URL" if settings.DATABASE_URL else "VAR_DIR"))
    if settings.EMAIL_BACKEND.endswith(".filebased.EmailBackend"):
        found.append((Path(settings.EMAIL_FILE_PATH), "EMAIL_URL" if settings.EMAIL_URL else "VAR_DIR"))
    return [(folder, variable) for folder, variable in found if folder.is_dir()]


def sqlite_file() -> Path | None:
    database = settings.DATABASES["default"]
    is_file = database["ENGINE"].endswith(".sqlite3") and ":memory:" not in str(database["NAME"])
    return Path(database["NAME"]).absolute() if is_file else None


def why_unwritable(folder: Path) -> str:
    """Return why no file can be made there, or an empty text. The mode doesn't tell root, nor of a read-only disk."""
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as problem:
        return problem.strerror or type(problem).__name__
    return ""


def close_to_others() -> None:
    """Let only this account read what the site has written, as far as it may change that.

    Folders that somebody chose are left as they are, because other programs may use them too; `folders` refuses them.
    """
    own = settings.BASE_DIR / "var"
    paths = [own] if own == settings.VAR_DIR else []
    if database := sqlite_file():
        paths += [database, *(database.with_name(database.name + end) for end in ("-wal", "-shm"))]
    paths += [settings.VAR_DIR / "mail", *settings.VAR_DIR.glob("mail/*.log")]
    for path in paths:
        with suppress(OSError):
            if (mode := stat.S_IMODE(path.stat().st_mode)) & 0o077:
                path.chmod(mode & ~0o077)


def database_connection(app_configs: object, **kwargs: object) -> list[Error]:
    """Refuse PostgreSQL on another machine over a connection that isn't surely encrypted."""
    if is_safe_connection(settings.DATABASES["default"]):
        return []
    return [
        Error(
            "DATABASE_URL names PostgreSQL on another machine without TLS, so its password and data could be read.",
            hint="Add ?sslmode=verify-full&sslrootcert=/path/to/its/authority.pem to it, or at least ?sslmode=require.",
            id="practice.E017",
        )
    ]


def is_safe_connection(database: dict[str, Any]) -> bool:
    """Return whether nobody on the way could read what is sent to the database, which is one of Django's settings."""
    if database["ENGINE"].endswith(".sqlite3") or is_on_this_machine(database):
        return True
    return option(database, "sslmode", "PGSSLMODE") in ENCRYPTED


def is_on_this_machine(database: dict[str, Any]) -> bool:
    """Return whether every host that libpq would try is a Unix socket or a loopback address."""
    if option(database, "service", "PGSERVICE"):  # a file that names the host
        return False
    hosts = option(database, "hostaddr", "PGHOSTADDR") or database["HOST"] or option(database, "host", "PGHOST")
    return all(is_local(host) for host in hosts.split(","))


def option(database: dict[str, Any], name: str, variable: str) -> str:
    """Return an option of the connection as libpq finds it: of the settings, else of the environment."""
    return str(database.get("OPTIONS", {}).get(name, "")) or os.environ.get(variable, "")


def is_local(host: str) -> bool:
    if host in ("", "localhost") or host.startswith(("/", "@")):  # the last two are Unix sockets
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
