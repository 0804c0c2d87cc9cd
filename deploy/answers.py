"""What has to be known before the site can be set up: from options, from the last time, or from whoever sits there."""

import getpass
import os
import re
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from deploy import site_env
from deploy.layout import Layout
from deploy.system import give_up, say

NAME = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
EMAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+")
PROXIES = ("caddy", "none")  # the first unless somebody chooses
CERTIFICATES = ("public", "internal")
POSTGRESQL = "postgres:///practice"  # over the socket on this machine, where nobody else can be this user


@dataclass(frozen=True)
class Answers:
    domain: str
    other_hosts: str
    therapist_email: str
    email_url: str
    email_from: str
    database_url: str
    proxy: str = PROXIES[0]
    tls: str = CERTIFICATES[0]

    def settings(self, layout: Layout) -> dict[str, str]:
        return {
            "SITE_URL": f"https://{self.domain}",
            "OTHER_HOSTS": self.other_hosts,
            "BEHIND_PROXY": "True",
            "THERAPIST_EMAIL": self.therapist_email,
            "EMAIL_URL": self.email_url,
            "EMAIL_FROM": self.email_from,
            "DATABASE_URL": self.database_url,
            "VAR_DIR": str(layout.var),
            "BACKUP_FOLDER": str(layout.backups),
            "INSTALL_PROXY": self.proxy,
            "INSTALL_TLS": self.tls,
        }

    @property
    def host_names(self) -> list[str]:
        return [self.domain, *filter(None, self.other_hosts.split(","))]


def add_options(parser: ArgumentParser) -> None:
    for name in ("--domain", "--other-hosts", "--therapist-email", "--mail-host", "--mail-user", "--mail-from"):
        parser.add_argument(name)
    parser.add_argument("--mail-port", type=int)
    parser.add_argument("--mail-password-file", type=Path)
    parser.add_argument("--database", choices=["sqlite", "postgresql"])
    parser.add_argument("--proxy", choices=PROXIES)
    parser.add_argument("--tls", choices=CERTIFICATES)


def find(options: Namespace, known: dict[str, str]) -> Answers:
    """Return all answers. `known` are the settings of an earlier run, which only an option changes."""
    is_new = not known.get("SITE_URL")
    ask = Asker(can_ask=sys.stdin.isatty() and not options.unattended)
    domain = options.domain or urlsplit(known.get("SITE_URL", "")).hostname or ""
    domain = ask("--domain", "Domain of the site, such as practice.example", domain, is_domain)
    other_hosts = known.get("OTHER_HOSTS", "") if options.other_hosts is None else options.other_hosts
    if is_new and options.other_hosts is None:
        other_hosts = ask("", f"Other names that lead here, such as www.{domain} (Enter for none)", "", are_domains)
    therapist = options.therapist_email or known.get("THERAPIST_EMAIL", "")
    therapist = ask("--therapist-email", "Email address for notices of new enquiries", therapist, is_email)
    email_url, user = _mail_account(options, known.get("EMAIL_URL", ""), ask)
    sender = options.mail_from or known.get("EMAIL_FROM", "") or (user if not is_email(user) else "")
    sender = ask("--mail-from", "Address that messages come from", sender, is_email)
    database_url = known.get("DATABASE_URL", "")
    database = options.database or ("postgresql" if database_url.startswith("postgres") else "sqlite")
    if is_new and not options.database:
        database = ask("", "Database, sqlite or postgresql (Enter for sqlite)", "", is_database) or "sqlite"
    if is_new:
        database_url = POSTGRESQL if database == "postgresql" else ""
    elif (database == "postgresql") != database_url.startswith("postgres"):
        give_up("This site has its data in another kind of database: docs/upgrading.md says how to move it.")
    for value, check in ((domain, is_domain), (other_hosts, are_domains), (therapist, is_email), (sender, is_email)):
        if value and (problem := check(value)):
            give_up(f"{value}: {problem}")
    proxy = options.proxy or known.get("INSTALL_PROXY") or PROXIES[0]
    tls = options.tls or known.get("INSTALL_TLS") or CERTIFICATES[0]
    return Answers(domain, other_hosts.replace(" ", ""), therapist, email_url, sender, database_url, proxy, tls)


class Asker:
    """Ask whoever sits there, again and again until the answer can be used."""

    def __init__(self, *, can_ask: bool) -> None:
        self.can_ask = can_ask

    def __call__(self, option: str, question: str, known: str, check: Callable[[str], str]) -> str:
        """Return what is known, else the answer. What has no option may stay empty."""
        if known:
            return known
        if not self.can_ask:
            return give_up(f"Nobody can be asked here: say {option}.") if option else ""
        while True:
            answer = input(f"{question}: ").strip()
            if not answer and not option:
                return ""
            if not (problem := check(answer)):
                return answer
            say(f"  {problem}")

    def password(self, user: str, host: str) -> str:
        if not self.can_ask:
            give_up(
                f"Nobody can be asked here for the password of {user} at {host}: say --mail-password-file, or set "
                "MAIL_PASSWORD."
            )
        return getpass.getpass(f"Password of {user} at {host} (it isn't shown): ")


def _mail_account(options: Namespace, known: str, ask: Asker) -> tuple[str, str]:
    """Return EMAIL_URL and the account's name. An account that is known stays, unless an option changes part of it.

    The password is for one name at one server: with another of them it is asked for anew.
    """
    known_host, port, known_user, known_password = site_env.mail_account(known)
    given = [options.mail_host, options.mail_port, options.mail_user, options.mail_password_file]
    if known and "MAIL_PASSWORD" not in os.environ and all(option is None for option in given):
        return known, known_user
    host = ask("--mail-host", "Mail server, such as mail.practice.example", options.mail_host or known_host, is_host)
    user = known_user if options.mail_user is None else options.mail_user
    if options.mail_user is None and not known:
        user = ask("--mail-user", "Name of the mail account, often an email address", "", is_present)
    password = _given_password(options.mail_password_file)
    if (host, user) == (known_host, known_user):
        password = password or known_password
    if user and not password:
        password = ask.password(user, host)
    return site_env.email_url(host, options.mail_port or port, user, password), user


def _given_password(path: Path | None) -> str:
    return path.read_text(encoding="utf-8").rstrip("\r\n") if path else os.environ.get("MAIL_PASSWORD", "")


def is_domain(text: str) -> str:
    """Return what is wrong with the answer, or nothing; so do the functions below."""
    return "" if NAME.fullmatch(text) else "Type a name such as practice.example, in small letters, without https://."


def are_domains(text: str) -> str:
    return next(filter(None, map(is_domain, text.replace(" ", "").split(","))), "")


def is_host(text: str) -> str:
    return "" if text in ("localhost", "127.0.0.1") else is_domain(text)


def is_email(text: str) -> str:
    return "" if EMAIL.fullmatch(text) else "Type an email address, such as name@practice.example."


def is_database(text: str) -> str:
    return "" if text in ("", "sqlite", "postgresql") else "Type sqlite or postgresql."


def is_present(text: str) -> str:
    return "" if text else "Type something."
