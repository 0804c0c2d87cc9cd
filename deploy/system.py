"""Run commands, as root or as the user of the site, and say what happens."""

import os
import pwd
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from deploy.layout import Layout

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def say(text: str = "") -> None:
    print(text, flush=True)


def give_up(sentence: str) -> NoReturn:
    sys.exit(sentence)


def require_root(command: str) -> None:
    if os.geteuid() != 0:
        give_up(f"Run this as root: sudo {command}")


def run(*command: str | Path, cwd: Path | None = None, env: dict[str, str] | None = None, quiet: bool = False) -> None:
    """Run a command. Exits with a sentence, and what the command said, if it fails."""
    done = subprocess.run(
        command, cwd=cwd, env=env, text=True, check=False, stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
    )  # fmt: skip
    if done.returncode:
        if quiet:
            say(done.stdout.rstrip())
        give_up(f"This failed (code {done.returncode}): {' '.join(map(str, command))}")


def output(*command: str | Path, cwd: Path | None = None) -> str:
    """Return what a command prints, or nothing if it fails or isn't there."""
    try:
        done = subprocess.run(command, cwd=cwd, text=True, check=False, capture_output=True)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def of_the_service(layout: Layout, command: Sequence[str | Path]) -> list[str]:
    """Return the command as the user of the site runs it: without rights, and with nothing of root's environment."""
    env = [f"PATH={PATH}", f"HOME={layout.var}", "LANG=C.UTF-8"]
    as_user = [] if pwd.getpwuid(os.geteuid()).pw_name == layout.user else ["runuser", "-u", layout.user, "--"]
    return [*as_user, "env", "-i", *env, "sh", "-c", 'umask 077; exec "$@"', "sh", *map(str, command)]


def manage(layout: Layout, release: Path, *arguments: str | Path, quiet: bool = False) -> None:
    """Run `manage.py` of a release. Exits with a sentence if it fails."""
    command = of_the_service(layout, [release / ".venv/bin/python", "manage.py", *arguments])
    run(*command, cwd=release, quiet=quiet)


def systemctl(layout: Layout, *arguments: str) -> None:
    """Tell systemd; where it isn't running, as in a container, the units are only written."""
    if layout.has_systemd:
        run("systemctl", *arguments)


def write(path: Path, text: str, mode: int = 0o644, group: str | None = None) -> bool:
    """Write a file in one step, and return whether that changed anything."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.new")
    with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    if group:
        import grp

        os.chown(scratch, -1, grp.getgrnam(group).gr_gid)
    scratch.chmod(mode)
    scratch.replace(path)
    return True


def link(path: Path, target: Path) -> None:
    """Make a symbolic link, or turn one to another target, in one step."""
    scratch = path.with_name(f".{path.name}.new")
    scratch.unlink(missing_ok=True)
    scratch.symlink_to(target)
    scratch.replace(path)
