"""Put the site on a bare machine, or change an answer that was given before."""

import ssl
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from deploy import answers, machine, outside, proxy, releases, running, site_env
from deploy.answers import Answers
from deploy.layout import Layout
from deploy.system import give_up, manage, of_the_service, output, require_root, run, say, write
from deploy.undoing import undo

HERE = Path(__file__).resolve().parents[1]
CERTIFICATE_SECONDS = 60
CADDY_AUTHORITY = "var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt"
FIRST_HSTS_SECONDS = "300"  # the first step of the ladder in docs/deployment.md


def main() -> None:
    options = parser().parse_args()
    require_root("deploy/install")
    layout = Layout()
    if options.undo:
        undo(layout)
        return
    machine.require_debian()
    sys.exit(0 if install(layout, options) else 1)


def parser() -> ArgumentParser:
    """Return the options. What each is for stands in deploy/install, which shows it before there is a Python."""
    parser = ArgumentParser(prog="deploy/install", add_help=False)
    answers.add_options(parser)
    parser.add_argument("--unattended", action="store_true")
    parser.add_argument("--undo", action="store_true")
    return parser


def install(layout: Layout, options: Namespace) -> bool:
    """Return whether everything works in the end."""
    found = answers.find(options, site_env.read(layout.env_file))
    is_postgresql = found.database_url == answers.POSTGRESQL
    machine.install_packages(postgresql=is_postgresql, caddy=found.proxy == "caddy")
    machine.make_user(layout)
    machine.make_folders(layout)
    if is_postgresql:
        machine.make_database(layout)
    is_changed = write_settings(layout, found)
    is_first = not layout.current.exists()
    if is_first:
        releases.switch(layout, releases.add(layout, str(HERE)))
    release = layout.current.resolve()
    make_backup_key(layout, release)
    write(layout.manage_command, (release / "deploy/practice").read_text(encoding="utf-8"), mode=0o755)
    run_checks(layout, release)
    manage(layout, release, "prepare")
    if is_first:
        manage(layout, release, "backup", layout.backups, quiet=True)
    releases.copy_units(layout, release)
    if is_first or is_changed or not layout.socket.exists():
        running.start(layout)
    if found.proxy == "caddy":
        proxy.configure(layout, found.host_names, internal=found.tls == "internal")
    return report(layout, found)


def write_settings(layout: Layout, found: Answers) -> bool:
    """Write the answers, and the keys that are not there yet."""
    known = site_env.read(layout.env_file)
    new = site_env.new_keys(known)
    if "HSTS_SECONDS" not in known:
        new["HSTS_SECONDS"] = FIRST_HSTS_SECONDS
    return site_env.change(layout, found.settings(layout) | new, group=layout.user)


def make_backup_key(layout: Layout, release: Path) -> None:
    """Make the key pair for backups once. Its secret half leaves the machine with whoever reads the file."""
    known = site_env.read(layout.env_file)
    if known.get("BACKUP_RECIPIENTS"):
        return
    made = output(*of_the_service(layout, [release / ".venv/bin/python", "manage.py", "make_backup_key"]), cwd=release)
    public = next((word for word in made.split() if word.startswith("age1")), "")
    if not public:
        give_up("The key for backups could not be made: run `practice make_backup_key` to see why.")
    write(
        layout.keys_to_take_away,
        "# Keep this file in another place than the server and its backups, such as a password manager: without it\n"
        "# nobody can read a backup. Then delete it here: shred -u /root/practice-keys.txt\n"
        f"# FIELD_KEY={known['FIELD_KEY']}\n{made}\n",
        mode=0o600,
    )
    site_env.change(layout, {"BACKUP_RECIPIENTS": public}, group=layout.user)


def run_checks(layout: Layout, release: Path) -> None:
    """Stop with the sentences of `manage.py check` if a setting is refused."""
    run(
        *of_the_service(layout, [release / ".venv/bin/python", "manage.py", "check", "--deploy"]),
        cwd=release,
        quiet=True,
    )


def report(layout: Layout, found: Answers) -> bool:
    """Say whether the site works, here and from outside, and what is left to do."""
    say()
    machine.report(found.host_names)
    is_well = True
    if layout.has_systemd:
        say("\nWhat the site says of itself:")
        running.wait_for_answer(layout.socket)
        is_well = running.is_healthy(layout, layout.current.resolve())
        if found.proxy == "caddy":
            is_well = look_from_outside(layout, found.domain, internal=found.tls == "internal") and is_well
    else:
        say("\nsystemd isn't running here, so nothing was started. The units are in /etc/systemd/system.")
    if layout.keys_to_take_away.exists():
        say(f"\nTake {layout.keys_to_take_away} to another place today, then delete it here: backups need it.")
    say(f"Your desk: https://{found.domain}/admin/. What else to do before you announce the site, and how to undo all")
    say("of this (`deploy/install --undo`), is in docs/deployment.md.")
    return is_well


def look_from_outside(layout: Layout, domain: str, *, internal: bool) -> bool:
    say("\nWhat a visitor meets:")
    context = ssl.create_default_context(cafile=layout.prefix / CADDY_AUTHORITY if internal else None)
    site = outside.Site(domain, context, "127.0.0.1" if internal else "")
    outside.wait(site, CERTIFICATE_SECONDS)
    return outside.report(site)


if __name__ == "__main__":
    main()
