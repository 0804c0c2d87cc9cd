"""The networks that a request comes from, for limits on each connection."""

import ipaddress
import re

from django.conf import settings
from django.http import HttpRequest

IP_WITH_OPTIONAL_PORT = re.compile(r"(?:\[(?P<v6>[^\]]+)\]|(?P<v4>[^:]+))(?::\d+)?")  # some proxies add the port
IPV6_PREFIXES = (64, 56, 48)  # one line, one customer, one site (RFC 6177)


def remote_address(request: HttpRequest) -> str:
    """Return the sender's address, which a proxy of ours tells if there is one."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        # Our own proxy wrote the last entry; the sender can forge those before it.
        return request.headers.get("x-forwarded-for", address).rpartition(",")[2].strip()
    return address


def networks(address: str) -> list[str]:
    """Return the networks to count an address under, the narrowest first.

    For IPv6 they are its /64, /56 and /48, because one customer may have all the addresses of a /48. For IPv4 it is the
    address itself, and for anything that is no address the text.
    """
    if match := IP_WITH_OPTIONAL_PORT.fullmatch(address):
        address = match["v6"] or match["v4"]
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return [address]
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is None:
            return [str(ipaddress.ip_network((int(ip), prefix), strict=False)) for prefix in IPV6_PREFIXES]
        ip = ip.ipv4_mapped
    return [str(ip)]
