"""How often something may be done in a while, by one connection or by everybody, counted in the database.

All processes and machines share the count. No IP address is stored: a network is known by a digest, which is made with
FIELD_KEY, is another one every day, and is deleted when it no longer counts.
"""

import ipaddress
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q
from django.http import HttpRequest

from practice import keys
from practice.clock import localdate
from practice.keys import KeyLabel
from practice.models import CountedAct

IP_WITH_OPTIONAL_PORT = re.compile(r"(?:\[(?P<v6>[^\]]+)\]|(?P<v4>[^:]+))(?::\d+)?")  # some proxies add the port
NETWORK_FIELDS = ("network", "network_56", "network_48")
# A home or a phone has a /64 or a /56 of IPv6, a company or a rented server often a /48 (RFC 6177). The larger ones may
# hold several people, so they may do more: so many times what one network may.
ALLOWANCES = (1, 2, 4)


@dataclass(frozen=True)
class Origin:
    """What acts are counted against: the networks of a connection, the narrowest first, or one name."""

    networks: tuple[str, ...]

    @classmethod
    def connection(cls, request: HttpRequest) -> "Origin":
        """Return the connection of a request: its IPv4 address, or its IPv6 prefixes of 64, 56 and 48 bits."""
        address = request.META.get("REMOTE_ADDR", "")
        if settings.BEHIND_PROXY:
            # Our own proxy wrote the last entry; the sender can forge those before it.
            address = request.headers.get("x-forwarded-for", address).rpartition(",")[2].strip()
        return cls(_networks(address))

    @classmethod
    def named(cls, name: str) -> "Origin":
        """Return an origin that is no connection, such as one private link."""
        return cls((name,))


@dataclass(frozen=True)
class ActCount:
    """How many acts of one kind count now: those of each network of an origin, and those of everybody."""

    by_network: tuple[int, ...]
    by_everyone: int


@dataclass(frozen=True)
class RateLimit:
    """At most so many acts of one kind within the window, from one origin and, where it says so, from everybody."""

    kind: str
    window: timedelta
    from_one_origin: int
    from_everyone: int | None = None

    def take(self, origin: Origin, now: datetime) -> bool:
        """Count one act and return True, or count nothing and return False where the limit is reached."""
        return self.take_counted(origin, now) is not None

    def take_counted(self, origin: Origin, now: datetime) -> ActCount | None:
        """Count one act and return how many count with it, or None where the limit is reached.

        The act is counted first and taken back, so that processes that count at the same moment never let through more
        than the limit. Call it outside a transaction, in which they could not see each other.
        """
        act = self._create(origin, now)
        count = self.count(origin, now)
        if self._is_within(count):
            return count
        act.delete()
        return None

    def reserve(self, origin: Origin, now: datetime) -> CountedAct | None:
        """Count one act and return it, or None where the limit is reached; see `take_counted`.

        The caller deletes it if it need not count, as a guess that was right.
        """
        act = self._create(origin, now)
        if self._is_within(self.count(origin, now)):
            return act
        act.delete()
        return None

    def count(self, origin: Origin, now: datetime) -> ActCount:
        """Return how many acts within the window before `now` were counted."""
        fields = _digests(origin, now)
        by_network = {f"by_{field}": Count("pk", filter=Q(**{field: digest})) for field, digest in fields.items()}
        counted = CountedAct.objects.filter(kind=self.kind, counts_until__gt=now)
        counts = counted.aggregate(everyone=Count("pk"), **by_network)
        return ActCount(tuple(counts[name] for name in by_network), counts["everyone"])

    def _create(self, origin: Origin, now: datetime) -> CountedAct:
        return CountedAct.objects.create(kind=self.kind, counts_until=now + self.window, **_digests(origin, now))

    def _is_within(self, count: ActCount) -> bool:
        if self.from_everyone is not None and count.by_everyone > self.from_everyone:
            return False
        allowed = (self.from_one_origin * times for times in ALLOWANCES)
        return all(number <= most for number, most in zip(count.by_network, allowed, strict=False))


def delete_past_acts(now: datetime) -> None:
    """Delete the acts that no longer count."""
    CountedAct.objects.filter(counts_until__lte=now).delete()


def _digests(origin: Origin, now: datetime) -> dict[str, str]:
    """Return the digest of each network with the field that holds it. Those of another day can't be compared."""
    day = localdate(now).isoformat()
    digests = (keys.digest(KeyLabel.RATE_LIMIT, f"{day} {network}") for network in origin.networks)
    return dict(zip(NETWORK_FIELDS, digests, strict=False))


def _networks(address: str) -> tuple[str, ...]:
    if match := IP_WITH_OPTIONAL_PORT.fullmatch(address):
        address = match["v6"] or match["v4"]
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return (address,)
    if isinstance(ip, ipaddress.IPv4Address):
        return (str(ip),)
    if ip.ipv4_mapped:
        return (str(ip.ipv4_mapped),)
    return tuple(str(ipaddress.ip_network((ip, length), strict=False)) for length in (64, 56, 48))
