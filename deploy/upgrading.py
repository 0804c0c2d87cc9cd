"""Put another version in place of the one that is served, or go back to the one before."""

import fcntl
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy import releases, running, site_env
from deploy.layout import Layout
from deploy.system import give_up, manage, require_root, say

# What a version can break. The rest, such as the mail server, fails by itself, and an older version wouldn't mend it.
OF_THE_VERSION = {"static files", "database", "migrations", "field key", "worker", "doctor"}
HERE = Path(__file__).resolve().parents[1]


def main() -> None:
    parser = ArgumentParser(
        prog="deploy/upgrade",
        description="Put another version of the site in place. Nothing is lost and nobody is turned away meanwhile; if "
        "the new version doesn't work, the one before stays or comes back by itself.",
    )
    parser.add_argument(
        "source", nargs="?", default=str(HERE),
        help="a folder, a tarball, or a version that Git knows in this folder (default: the folder of this script)",
    )  # fmt: skip
    parser.add_argument("--back", action="store_true", help="go back to the version before, on the same database")
    parser.add_argument("--no-backup", action="store_true", help="make no backup first")
    options = parser.parse_args()
    layout = Layout.from_environment()
    if layout.prefix == Path("/"):
        require_root("deploy/upgrade")
    if not layout.current.exists():
        give_up("There is no site on this machine yet: run deploy/install.")
    with only_one(layout):
        succeeded = back(layout) if options.back else upgrade(layout, options.source, backup=not options.no_backup)
    sys.exit(0 if succeeded else 1)


@contextmanager
def only_one(layout: Layout) -> Iterator[None]:
    with (layout.home / "upgrade.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            give_up("Another upgrade is under way.")
        yield


def upgrade(layout: Layout, source: str, *, backup: bool) -> bool:
    """Return whether the new version is served and works."""
    before = layout.current.resolve()
    failed_before = running.failing(layout, before)
    if backup:
        make_backup(layout, before)
    release = releases.add(layout, source)
    say(f"Preparing {release.name}; {before.name} is served meanwhile.")
    manage(layout, release, "check", "--deploy", "--fail-level=ERROR", quiet=True)
    manage(layout, release, "collectstatic", "--noinput", quiet=True)
    manage(layout, release, "migrate", "--noinput", quiet=True)
    if said := running.trial(layout, release):
        say(said)
        say(f"{release.name} doesn't start, so {before.name} is still served. It also works with the new database.")
        manage(layout, before, "collectstatic", "--noinput", quiet=True)
        return False
    if failed_before is None:
        failed_before = running.failing(layout, release)
    serve(layout, release)
    if new_problems := problems_after(layout, release, failed_before):
        say(f"{release.name} doesn't work ({', '.join(sorted(new_problems))}), so {before.name} comes back.")
        serve_again(layout, before)
        return False
    releases.delete_old(layout)
    say(f"{release.name} is served. `deploy/upgrade --back` brings {before.name} back.")
    return True


def back(layout: Layout) -> bool:
    """Serve the release before again. It works with the newer database, so no migration is taken back."""
    if not layout.previous.exists():
        give_up("There is no version to go back to.")
    release, before = layout.previous.resolve(), layout.current.resolve()
    failed_before = running.failing(layout, before)
    if failed_before is None:
        failed_before = running.failing(layout, release)
    serve_again(layout, release)
    problems = problems_after(layout, release, failed_before)
    if problems:
        say(f"{release.name} is served, but something needs a person ({', '.join(sorted(problems))}).")
    else:
        say(f"{release.name} is served. `deploy/upgrade --back` brings {before.name} back.")
    return not problems


def make_backup(layout: Layout, release: Path) -> None:
    if not (release / "practice/management/commands/backup.py").exists():
        give_up(f"{release.name} can't make backups. Copy its database yourself, then say --no-backup.")
    if not site_env.read(layout.env_file).get("BACKUP_RECIPIENTS"):
        give_up("There is no key for backups (BACKUP_RECIPIENTS). Run deploy/install, or say --no-backup.")
    say("Making a backup.")
    manage(layout, release, "backup", layout.backups, quiet=True)


def serve_again(layout: Layout, release: Path) -> None:
    """Serve a release that was served before; its static files may have been deleted since."""
    manage(layout, release, "collectstatic", "--noinput", quiet=True)
    serve(layout, release)


def serve(layout: Layout, release: Path) -> None:
    releases.switch(layout, release)
    running.restart(layout)


def problems_after(layout: Layout, release: Path, before: set[str] | None) -> set[str]:
    """Return what this version broke, with the site itself if it doesn't answer, and say what else fails since."""
    new = (running.failing(layout, release) or set()) - (before or set())
    if others := new - OF_THE_VERSION:
        say(f"This needs a person, but not because of the version: {', '.join(sorted(others))} (`practice doctor`).")
    problems = new & OF_THE_VERSION
    if layout.has_systemd and not running.wait_for_answer(layout.socket):
        problems.add("the site doesn't answer")
    return problems


if __name__ == "__main__":
    main()
