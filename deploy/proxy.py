"""The reverse proxy: Caddy's file from the example, with this site's names in it."""

import hashlib
import shutil
from pathlib import Path

from deploy.layout import Layout
from deploy.system import output, run, say, systemctl, write

EXAMPLE = Path(__file__).resolve().parent / "caddy/Caddyfile"
NAME = "{$SITE_NAME:practice.example}"  # a variable of the environment, with what stands there without it
MARK = "# Written by deploy/install, which writes it anew when it is run again.\n"
GROUP = "practice-web"  # who may connect to the socket


def caddyfile(layout: Layout, host_names: list[str], *, internal: bool) -> str:
    """Return the example for these names; with a certificate of Caddy's own authority if it is only for a trial."""
    text = EXAMPLE.read_text(encoding="utf-8").replace(NAME, ", ".join(host_names))
    if internal:
        text = text.replace("\theader -Server\n", "\ttls internal\n\theader -Server\n")
    return MARK + text.replace("unix//run/practice/site.sock", f"unix/{layout.socket}")


def configure(layout: Layout, host_names: list[str], *, internal: bool) -> bool:
    """Write Caddy's file and have Caddy read it. Returns whether it was written: another site's file is left alone."""
    path = layout.caddyfile
    if path.exists() and not is_ours(path) and not is_as_packaged(path):
        say(f"{path} holds something else, so it was left as it is: add what {EXAMPLE} says to it, for your domain.")
        return False
    before = path.with_name("Caddyfile.before-practice")
    if path.exists() and not is_ours(path):
        shutil.copyfile(path, before)
    run("usermod", "-a", "-G", GROUP, "caddy")
    if write(path, caddyfile(layout, host_names, internal=internal)):
        run("caddy", "validate", "--config", path, "--adapter", "caddyfile", quiet=True)
    systemctl(layout, "enable", "--quiet", "caddy")
    systemctl(layout, "restart", "caddy")  # not reload: it has to join the group
    return True


def is_ours(path: Path) -> bool:
    return path.read_text(encoding="utf-8").startswith(MARK)


def is_as_packaged(path: Path) -> bool:
    """Return whether nobody has changed the file since the package put it there."""
    conffiles = output("dpkg-query", "-W", "-f=${Conffiles}", "caddy").split()
    packaged = dict(zip(conffiles[::2], conffiles[1::2], strict=False)).get("/etc/caddy/Caddyfile")
    return packaged == hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()


def restore(layout: Layout) -> None:
    """Put back the file that was there before."""
    before = layout.caddyfile.with_name("Caddyfile.before-practice")
    if layout.caddyfile.exists() and is_ours(layout.caddyfile):
        say("Putting back Caddy's file as it was.")
        if before.exists():
            before.replace(layout.caddyfile)
        else:
            layout.caddyfile.unlink()
        systemctl(layout, "try-restart", "caddy")
