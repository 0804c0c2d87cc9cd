"""Read settings from the environment and from .env, and refuse with a sentence what can't be understood.

The sentences never repeat a value that may be secret.
"""

import io
import os
import re
import warnings
from ipaddress import IPv6Address
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import environ
import idna
from django.core.exceptions import ImproperlyConfigured

TRUE, FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")
LINE = re.compile(r"\s*(?:export )?(?P<name>\w+)=(?P<value>.*)", re.ASCII)
QUOTED = re.compile(r"""(?P<quote>['"])(?P<text>.*?)(?P=quote)\s*(?:#.*)?""")
LABEL = re.compile(r"[a-z\d_](?:[a-z\d_-]*[a-z\d_])?", re.ASCII)  # of a host name, between dots
DATABASES = ("django.db.backends.sqlite3", "django.db.backends.postgresql")

Config = dict[str, Any]


class Env(environ.Env):
    """environ.Env, with empty variables as unset, and without a meaning for `$` or guesses at words and numbers."""

    def get_value(self, var: str, cast: Any = None, default: Any = None, parse_default: bool = False) -> Any:
        text = os.environ.get(var, "").strip()
        if not text:
            return default
        if cast is bool:
            return _boolean(var, text)
        if cast is int and not (text.isascii() and text.isdecimal()):
            raise ImproperlyConfigured(f"{var} is {text!r}, which is not a whole number.")
        return self.parse_value(text, cast)


def _boolean(name: str, text: str) -> bool:
    if text.lower() not in TRUE + FALSE:
        raise ImproperlyConfigured(f"{name} is {text!r}. Set it to True or False.")
    return text.lower() in TRUE


def read_file(path: Path) -> None:
    """Take what the file sets into the environment, which wins over it. The file may be missing."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError) as problem:
        raise ImproperlyConfigured(f"{path} can't be read ({type(problem).__name__}).") from problem
    lines = [_plain(line, f"Line {number} of {path}") for number, line in enumerate(text.split("\n"), start=1)]
    environ.Env.read_env(io.StringIO("\n".join(lines)))


def _plain(line: str, place: str) -> str:
    """Return the line as environ reads it: without spaces around it and without a comment after a quoted value."""
    line = line.strip()
    if not line or line.startswith("#"):
        return ""
    match = LINE.fullmatch(line)
    if not match:
        raise ImproperlyConfigured(f"{place} can't be understood. Write NAME=value, without spaces around the =.")
    value = match["value"].strip()
    if quoted := QUOTED.fullmatch(value):
        return f"{match['name']}={quoted['quote']}{quoted['text']}{quoted['quote']}"
    if value[:1] in ("'", '"'):
        raise ImproperlyConfigured(f"{place} begins with a quotation mark and doesn't end with it.")
    if re.search(r"\s#", value):
        raise ImproperlyConfigured(
            f"{place} has a # after a space. Put a comment on a line of its own, and a value with “ #” in quotes."
        )
    return f"{match['name']}={value}"


def folder(path: Path, variable: str) -> Path:
    """Make the folder if it is missing, for this account alone, and return it."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        reason = problem.strerror or type(problem).__name__
        raise ImproperlyConfigured(
            f"The folder {path} can't be made ({reason}). Set {variable} to a folder that this account can write."
        ) from problem
    return path


def host_name(text: str, variable: str) -> str:
    """Return the name as it arrives in a request: in lower case, in ASCII, and without a dot at its end."""
    name = text.lower().removesuffix(".")
    try:
        if name.startswith("["):
            return f"[{IPv6Address(name[1:].removesuffix(']'))}]"
        name = name if name.isascii() else idna.encode(name, uts46=True).decode()
    except ValueError:  # idna's errors are among them
        name = ""
    if not all(LABEL.fullmatch(label) for label in name.split(".")):
        raise ImproperlyConfigured(
            f"{variable} holds {text!r}, which is not a host name. Write, for example, practice.example."
        )
    return name


def site_url(text: str) -> str:
    """Return the address of the site with its host as it arrives in a request, and without a slash at its end."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        parts, port = SplitResult("", "", "", "", ""), None
    is_bare = parts.path in ("", "/") and not parts.query and not parts.fragment and "@" not in parts.netloc
    if parts.scheme not in ("http", "https") or not parts.hostname or not is_bare:
        raise ImproperlyConfigured(
            f"SITE_URL is {text!r}. Set it to an address such as https://practice.example, without a path."
        )
    host = host_name(f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname, "SITE_URL")
    is_usual = port in (None, {"http": 80, "https": 443}[parts.scheme])
    return f"{parts.scheme}://{host}" + ("" if is_usual else f":{port}")


def database(url: str) -> Config:
    """Return Django's settings of the database at the address: of SQLite or PostgreSQL."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            config = environ.Env.db_url_config(url)
    except (ValueError, UserWarning, ImproperlyConfigured):
        config = {}
    if config.get("ENGINE") in DATABASES and config["NAME"]:
        return config
    raise ImproperlyConfigured(
        "DATABASE_URL can't be understood. Set it to postgres://user:password@127.0.0.1:5432/site or "
        "sqlite:////folder/site.sqlite3; in a password, write %2F for / and %3F for ?."
    ) from None


def sqlite(path: Path) -> Config:
    """Return Django's settings of the database in the file."""
    return {"ENGINE": DATABASES[0], "NAME": str(path)}


def mail(url: str) -> Config:
    """Return Django's settings of the mail server, or of the folder, at the address."""
    try:
        config = environ.Env.email_url_config(url)
    except (ValueError, ImproperlyConfigured):
        config = {}
    by_mail_server = config.get("EMAIL_BACKEND", "").endswith(".smtp.EmailBackend")
    in_folder = config.get("EMAIL_BACKEND", "").endswith(".filebased.EmailBackend")
    if not config or bool(config["EMAIL_HOST"]) != by_mail_server or bool(config["EMAIL_FILE_PATH"]) != in_folder:
        raise ImproperlyConfigured(
            "EMAIL_URL can't be understood. Set it to smtp+tls://user:password@mail.example.org:587 or "
            "filemail:///a/folder; in a password, write %2F for /, %3F for ? and %23 for #."
        ) from None
    if in_folder:  # parsed from the URL without its first slash
        config["EMAIL_FILE_PATH"] = f"/{config['EMAIL_FILE_PATH'].lstrip('/')}"
    return config
