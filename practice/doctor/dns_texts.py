"""Ask the DNS for texts, and tell "there is none" from "nobody answered"."""

import dns.exception
import dns.resolver
from dns.rdtypes.ANY.TXT import TXT

MAX_SECONDS = 5  # for one name, all servers together


class DnsUnansweredError(Exception):
    """No server answered, or none could: nothing is known about the name."""


class NoSuchNameError(Exception):
    """The DNS says that there is no such name."""


def texts(name: str) -> list[str]:
    """Return the TXT records of the name, none if it has none. Raises the two errors above."""
    try:
        answer = dns.resolver.resolve(name, "TXT", lifetime=MAX_SECONDS)
    except dns.resolver.NXDOMAIN as problem:
        raise NoSuchNameError from problem
    except dns.resolver.NoAnswer:
        return []
    except (dns.exception.DNSException, OSError) as problem:
        raise DnsUnansweredError from problem
    records = [record for record in answer if isinstance(record, TXT)]
    return [b"".join(record.strings).decode(errors="replace") for record in records]


def texts_or_none(name: str) -> list[str]:
    """Return the TXT records of a name that need not exist. Raises DnsUnansweredError."""
    try:
        return texts(name)
    except NoSuchNameError:
        return []


def is_of_the_internet() -> bool:
    """Return whether the DNS knows a name that certainly exists. Some networks deny every name while offline."""
    try:
        dns.resolver.resolve("com.", "NS", lifetime=MAX_SECONDS)
    except (dns.exception.DNSException, OSError):
        return False
    return True


def tags(record: str) -> dict[str, str]:
    """Return the tags of a record such as “v=DMARC1; p=none”, by their name in lower case."""
    pairs = (part.partition("=") for part in record.split(";") if "=" in part)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
