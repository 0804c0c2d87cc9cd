"""Releases: a folder for each version, with its packages, and a link to the one that is served."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from deploy.layout import Layout
from deploy.system import give_up, link, output, run, say

LOCK = "requirements-lock.txt"
KEPT = 3
NOT_COPIED = shutil.ignore_patterns(".git", ".venv", ".env", "var", "__pycache__", ".*_cache", ".hypothesis")
UNITS = "deploy/systemd"


def add(layout: Layout, source: str) -> Path:
    """Make a release of a folder, a tarball or a Git reference; nothing that is served changes."""
    with tempfile.TemporaryDirectory(prefix="practice-") as scratch:
        folder = _unpacked(source, Path(scratch))
        if not (folder / "manage.py").is_file() or not (folder / LOCK).is_file():
            give_up(f"{source} is no version of this site: it has no manage.py or no {LOCK}.")
        release = layout.releases / _name(folder, source)
        shutil.copytree(folder, release, ignore=NOT_COPIED, symlinks=True)
    _belongs_to_root(release)
    (release / ".env").symlink_to(layout.env_file)
    say(f"Installing the packages of {release.name}; this takes a minute or two.")
    try:
        install_packages(release)
    except BaseException:
        shutil.rmtree(release)
        raise
    return release


def _unpacked(source: str, scratch: Path) -> Path:
    if Path(source).is_dir():
        return Path(source)
    if Path(source).is_file():
        run("tar", "-xf", Path(source).absolute(), "--no-same-owner", "-C", scratch)
        inside = list(scratch.iterdir())
        return inside[0] if len(inside) == 1 and inside[0].is_dir() else scratch
    checkout = output("git", "rev-parse", "--show-toplevel")
    commit = output("git", "rev-parse", "--verify", "--quiet", f"{source}^{{commit}}") if checkout else ""
    if not commit:
        give_up(f"{source} is no folder, no file, and no version that Git knows in this folder.")
    tarball = scratch / "source.tar"
    run("git", "-C", checkout, "archive", f"--output={tarball}", commit)
    run("tar", "-xf", tarball, "--no-same-owner", "-C", scratch)
    tarball.unlink()
    return scratch


def _name(folder: Path, source: str) -> str:
    """Return the version and the moment, because one version may be installed twice, with another Python."""
    text = (folder / "practice/__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([\w.+-]+)"$', text, re.MULTILINE)
    return f"{found[1] if found else '0'}-{datetime.now(UTC):%Y%m%d-%H%M%S}"


def _belongs_to_root(release: Path) -> None:
    """Let everybody read the code and only root write it."""
    for path in [release, *release.rglob("*")]:
        if not path.is_symlink():
            os.chown(path, os.geteuid(), os.getegid())
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def install_packages(release: Path) -> None:
    """Install exactly the files that the lock names, and nothing that would have to be built."""
    run(sys.executable, "-m", "venv", release / ".venv")
    python = release / ".venv/bin/python"
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--progress-bar=off"]
    run(python, "-m", "pip", "install", *options, "--require-hashes", "--only-binary=:all:", "-r", release / LOCK)
    # The site can't write beside the code, so it is compiled now.
    subprocess.run([python, "-m", "compileall", "-q", "-j0", release], check=False, stdout=subprocess.DEVNULL)


def switch(layout: Layout, release: Path) -> None:
    """Make this the release that is served, and its units those of the system; nothing is restarted."""
    if layout.current.exists() and layout.current.resolve() != release.resolve():
        link(layout.previous, layout.current.resolve())
    link(layout.current, release)
    copy_units(layout, release)


def copy_units(layout: Layout, release: Path) -> None:
    layout.units.mkdir(parents=True, exist_ok=True)
    for unit in sorted((release / UNITS).iterdir()):
        shutil.copyfile(unit, layout.units / unit.name)


def delete_old(layout: Layout) -> None:
    """Keep the newest releases, and whichever is served or was served before."""
    kept = {link.resolve() for link in (layout.current, layout.previous) if link.exists()}
    releases = sorted(
        (path for path in layout.releases.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime
    )
    for release in releases[:-KEPT]:
        if release.resolve() not in kept:
            shutil.rmtree(release)
