"""System checks that refuse unsafe settings and say what to set."""

from email.utils import parseaddr
from itertools import pairwise
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import Error, register
from django.core.exceptions import ImproperlyConfigured

from practice import storage_checks
from practice.backups.encryption import is_public_key
from practice.command_line import command_line
from practice.email_addresses import UnsendableAddressError, own_to_ascii
from practice.tiers import text_tiers

YEAR_SECONDS = 31_536_000
LOCAL_MAIL = ("console", "dummy", "locmem", "filebased")


def register_all() -> None:
    for check in (secret_key, field_key, different_keys, public_host, mail, hsts, backups_and_monitoring, text_tiers):
        register(check)
    for check in (storage_checks.folders, storage_checks.database_connection):
        register(check)


def current_secret_key() -> str:
    try:
        return settings.SECRET_KEY
    except ImproperlyConfigured:  # Django raises it for an empty key, with a less helpful message
        return ""


def secret_key(app_configs: object, **kwargs: object) -> list[Error]:
    key = current_secret_key()
    if len(key) >= 50 and looks_random(key) and not key.startswith("django-insecure-"):
        return []
    return [
        Error(
            "SECRET_KEY is missing or too weak.",
            hint="Set it to at least 50 random characters; `make run` makes one for development.",
            id="practice.E001",
        )
    ]


def looks_random(key: str) -> bool:
    """Return whether the characters of a key follow each other in enough ways.

    A word that is repeated has few different pairs of neighbours, and a row of letters or digits few distances between
    them. Of 150,000 keys of 50 random hexadecimal digits, each had 34 pairs and 16 distances or more.
    """
    pairs = set(pairwise(key))
    return len(pairs) >= 32 and len({ord(second) - ord(first) for first, second in pairs}) >= 14


def different_keys(app_configs: object, **kwargs: object) -> list[Error]:
    field_keys = filter(None, (key.rstrip("=") for key in settings.FIELD_KEYS))
    if not any(key in current_secret_key() for key in field_keys):
        return []
    return [
        Error(
            "SECRET_KEY and FIELD_KEY share a key.",
            hint="Set SECRET_KEY to other random characters; whoever learns one of the two must not know the other.",
            id="practice.E013",
        )
    ]


def field_key(app_configs: object, **kwargs: object) -> list[Error]:
    try:
        if [Fernet(key) for key in settings.FIELD_KEYS]:
            return []
    except ValueError:
        pass
    return [
        Error(
            "FIELD_KEY, which encrypts enquiries, is missing or malformed.",
            hint="Set it to a key from `python -c 'from cryptography.fernet import Fernet; "
            "print(Fernet.generate_key().decode())'`; to rotate, put the new key first, a comma, then the old.",
            id="practice.E002",
        )
    ]


def public_host(app_configs: object, **kwargs: object) -> list[Error]:
    if not settings.PUBLIC:
        return []
    errors = []
    if settings.DEBUG:
        errors.append(
            Error(
                "DEBUG is on while SITE_URL names a public host.",
                hint="Set DEBUG=False: tracebacks would show strangers how the site works.",
                id="practice.E003",
            )
        )
    if "*" in settings.ALLOWED_HOSTS:
        errors.append(
            Error(
                "OTHER_HOSTS allows every host name.",
                hint="List the host names of this site, without *.",
                id="practice.E008",
            )
        )
    if settings.BEHIND_PROXY is None:
        errors.append(
            Error(
                "BEHIND_PROXY is not set, so all visitors might share one address.",
                hint="Set it to True if a reverse proxy stands in front of the site, else to False.",
                id="practice.E009",
            )
        )
    if not settings.HTTPS:
        errors.append(
            Error(
                "SITE_URL names a public host without HTTPS.",
                hint="Set SITE_URL to an address that starts with https://.",
                id="practice.E004",
            )
        )
    return errors


def mail(app_configs: object, **kwargs: object) -> list[Error]:
    if not settings.PUBLIC:
        return []
    errors = []
    if not is_reachable(settings.THERAPIST_EMAIL):
        errors.append(
            Error(
                "THERAPIST_EMAIL is not an address, so nobody would be notified of an enquiry.",
                hint="Set it to the therapist's email address.",
                id="practice.E005",
            )
        )
    if not settings.EMAIL_URL or any(name in settings.EMAIL_BACKEND for name in LOCAL_MAIL):
        errors.append(
            Error(
                "EMAIL_URL doesn't name a mail server, so no message would leave this machine.",
                hint="Set it, for example, to smtp+tls://user:password@mail.example.org:587.",
                id="practice.E006",
            )
        )
    elif not (settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL or settings.EMAIL_HOST in settings.LOOPBACK_HOSTS):
        errors.append(
            Error(
                "EMAIL_URL would send messages and the password unencrypted.",
                hint="Set it to smtp+tls:// (port 587) or smtp+ssl:// (port 465).",
                id="practice.E010",
            )
        )
    if not is_reachable(settings.DEFAULT_FROM_EMAIL):
        errors.append(
            Error(
                "EMAIL_FROM is not an address that other mail servers accept.",
                hint="Set it to an address of your own domain.",
                id="practice.E007",
            )
        )
    return errors


def backups_and_monitoring(app_configs: object, **kwargs: object) -> list[Error]:
    errors = []
    if settings.BACKUP_FOLDER is not None and not (
        settings.BACKUP_RECIPIENTS and all(map(is_public_key, settings.BACKUP_RECIPIENTS))
    ):
        errors.append(
            Error(
                "BACKUP_FOLDER is set, but BACKUP_RECIPIENTS is not a list of public keys, so no backup could be made.",
                hint=f"Set it to the public key (age1…) that `{command_line('make_backup_key')}` prints.",
                id="practice.E021",
            )
        )
    if settings.HEARTBEAT_URL and not is_web_address(settings.HEARTBEAT_URL):
        errors.append(
            Error(
                "HEARTBEAT_URL is not an address of the web, so no monitor would hear from the site.",
                hint="Set it to the address that your monitor gave you, which begins with https://.",
                id="practice.E022",
            )
        )
    return errors


def is_web_address(text: str) -> bool:
    try:
        address = urlsplit(text)
    except ValueError:  # such as http://[
        return False
    return address.scheme in ("http", "https") and bool(address.hostname)


def hsts(app_configs: object, **kwargs: object) -> list[Error]:
    """Refuse what the preload list wouldn't take: https://hstspreload.org/#submission-requirements."""
    lasts = settings.SECURE_HSTS_SECONDS >= YEAR_SECONDS or not settings.HTTPS
    if not settings.SECURE_HSTS_PRELOAD or (settings.SECURE_HSTS_INCLUDE_SUBDOMAINS and lasts):
        return []
    return [
        Error(
            "HSTS_PRELOAD is on without the other subdomains, or for less than a year.",
            hint=f"Set HSTS_INCLUDE_SUBDOMAINS=True and HSTS_SECONDS={YEAR_SECONDS} or more, or HSTS_PRELOAD=False.",
            id="practice.E014",
        )
    ]


def is_reachable(address: str) -> bool:
    """Return whether another mail server could deliver to this address."""
    try:
        own_to_ascii(address)
    except UnsendableAddressError:
        return False
    domain = parseaddr(address)[1].rpartition("@")[2]
    return "." in domain
