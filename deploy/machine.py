"""The machine under the site: packages, users, folders, PostgreSQL, and what is said of its clock and its firewall."""

import os
import re
import shutil
import socket
import subprocess
from pathlib import Path

from deploy.layout import Layout
from deploy.proxy import GROUP
from deploy.system import give_up, output, run, say

PUBLIC_PORTS = {22: "SSH", 80: "HTTP", 443: "HTTPS"}


def require_debian() -> None:
    release = Path("/etc/os-release")
    text = release.read_text(encoding="utf-8") if release.exists() else ""
    if not re.search(r"^ID(_LIKE)?=.*debian", text, re.MULTILINE):
        give_up("This is for Debian 12 or 13 and Ubuntu 24.04. docs/deployment.md says what to set up elsewhere.")


def install_packages(*, postgresql: bool, caddy: bool) -> None:
    """Install what is missing from the system's own packages, and nothing else."""
    wanted = ["ca-certificates", "iproute2", "python3-venv"]
    wanted += ["postgresql"] if postgresql else []
    wanted += ["caddy"] if caddy else []
    if not has_clock_service():
        wanted.append("systemd-timesyncd")
    missing = [name for name in wanted if not is_installed(name)]
    if missing:
        say(f"Installing {', '.join(missing)}.")
        env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        run("apt-get", "update", "-qq", env=env)
        run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing, env=env, quiet=True)


def is_installed(package: str) -> bool:
    return output("dpkg-query", "-W", "-f=${Status}", package).endswith(" installed")


def has_clock_service() -> bool:
    return any(map(is_installed, ("systemd-timesyncd", "chrony", "ntpsec", "ntp")))


def make_user(layout: Layout) -> None:
    """Make the user that the site runs as, without a shell, and the group of those who may ask the site."""
    if not output("getent", "passwd", layout.user):
        options = ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"]
        run("useradd", *options, "--home-dir", layout.var, layout.user)
    if not output("getent", "group", GROUP):
        run("groupadd", "--system", GROUP)


def make_folders(layout: Layout) -> None:
    for folder in (layout.home, layout.releases):
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    layout.env_file.parent.mkdir(parents=True, exist_ok=True)
    shutil.chown(layout.env_file.parent, "root", layout.user)
    layout.env_file.parent.chmod(0o750)
    for folder in (layout.var, layout.backups):
        folder.mkdir(parents=True, exist_ok=True)
        shutil.chown(folder, layout.user, layout.user)
        folder.chmod(0o700)


def make_database(layout: Layout) -> None:
    """Make a role and a database of the site's own, to which it connects without a password over the local socket."""
    asked = ["runuser", "-u", "postgres", "--", "psql", "-X", "-A", "-t", "-c"]
    if output(*asked, "SELECT 1") != "1":
        give_up("PostgreSQL isn't running. Start it (`service postgresql start`), then run this again.")
    if layout.user not in output(*asked, "SELECT rolname FROM pg_roles").splitlines():
        run("runuser", "-u", "postgres", "--", "createuser", layout.user, cwd=Path("/"))
    # A statement that fails would be written into the server's log with what somebody sent.
    output(*asked, f"ALTER ROLE {layout.user} SET log_min_error_statement = 'panic'")
    if layout.user not in output(*asked, "SELECT datname FROM pg_database").splitlines():
        options = ["--owner", layout.user, "--encoding=UTF8", "--locale=C.UTF-8", "--template=template0"]
        run("runuser", "-u", "postgres", "--", "createdb", *options, layout.user, cwd=Path("/"))


def report(host_names: list[str]) -> None:
    """Say what of this machine the site depends on, and what is missing."""
    if output("timedatectl", "show", "--property=NTPSynchronized", "--value") == "yes":
        say("Clock: it is synchronised.")
    else:
        say(
            "Clock: it is not synchronised yet; `timedatectl` says when it is. Replies, reminders and erasure go by it."
        )
    strange = sorted(public_ports() - set(PUBLIC_PORTS))
    if strange:
        ports = ", ".join(map(str, strange))
        say(f"Firewall: besides 22, 80 and 443, ports {ports} can be reached. Close what strangers don't need.")
    else:
        say("Firewall: only SSH and the proxy listen to strangers. Your provider's firewall must let 80 and 443 in.")
    for name in host_names:
        addresses = addresses_of(name)
        say(f"DNS: {name} leads to {', '.join(addresses)}." if addresses else f"DNS: {name} leads nowhere yet.")


def public_ports() -> set[int]:
    """Return the TCP ports on which something listens for other machines."""
    listed = subprocess.run(["ss", "-ltnH"], text=True, check=True, capture_output=True).stdout
    local = [line.split()[3].rpartition(":") for line in listed.splitlines()]
    return {int(port) for address, _, port in local if not re.match(r"127\.|\[::1\]|\[::ffff:127\.", address)}


def addresses_of(name: str) -> list[str]:
    try:
        return sorted({str(info[4][0]) for info in socket.getaddrinfo(name, 443, type=socket.SOCK_STREAM)})
    except OSError:
        return []
