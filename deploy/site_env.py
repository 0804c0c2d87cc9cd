"""The file of settings: read and changed line by line, so that what somebody added by hand stays."""

import base64
import os
import re
import secrets
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from deploy.layout import Layout
from deploy.system import give_up, write

HEAD = "# Settings and keys of the site: .env.example in the release explains each line, except INSTALL_…, in which\n"
HEAD += "# deploy/install remembers what it was told. Restart after a change:\n"
HEAD += "# sudo systemctl restart practice-web practice-worker\n"
LINE = re.compile(r"^(?P<name>[A-Z_]+)=(?P<value>.*)$", re.MULTILINE)
SCHEMES = {465: "smtp+ssl", 587: "smtp+tls"}
LOCAL_SCHEME = "smtp"  # without TLS, which only a mail server on this machine may be spoken to


def read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    return {match["name"]: match["value"] for match in LINE.finditer(path.read_text(encoding="utf-8"))}


def change(layout: Layout, values: dict[str, str], group: str) -> bool:
    """Set some values, leave every other line as it is, and return whether the file is another one now."""
    text = layout.env_file.read_text(encoding="utf-8") if layout.env_file.exists() else HEAD
    for name, value in values.items():
        if not value.isprintable() or value != value.strip():
            give_up(f"{name} can't hold a line break, or a space at its end.")
        line, found = f"{name}={value}", re.search(rf"^{name}=.*$", text, re.MULTILINE)
        before, after = (text[: found.start()], text[found.end() :]) if found else (text.rstrip("\n") + "\n", "\n")
        text = before + line + after
    return write(layout.env_file, text, mode=0o640, group=group)


def new_keys(known: dict[str, str]) -> dict[str, str]:
    """Return the keys that aren't there yet; a key that is there is never replaced."""
    made = {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_KEY": base64.urlsafe_b64encode(os.urandom(32)).decode(),
        "HEALTH_TOKEN": secrets.token_urlsafe(32),
    }
    return {name: value for name, value in made.items() if not known.get(name)}


def email_url(host: str, port: int, user: str, password: str) -> str:
    """Return EMAIL_URL, with every character escaped that means something in an address."""
    is_local = host in ("localhost", "127.0.0.1", "::1")
    scheme = LOCAL_SCHEME if is_local else SCHEMES.get(port, SCHEMES[587])
    account = f"{quote(user, safe='')}:{quote(password, safe='')}@" if user else ""
    return f"{scheme}://{account}{host}:{port}"


def mail_account(url: str) -> tuple[str, int, str, str]:
    """Return host, port, user and password of EMAIL_URL; empty ones, and port 587, where it says nothing."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or 587, unquote(parts.username or ""), unquote(parts.password or "")
