"""Whether a certificate should have been renewed by now. It needs no package, so that deploy/ can use it."""

import ssl
from typing import Any

from practice.durations import DAY

MIN_SECONDS = 14 * DAY  # of a certificate that is valid for months
MIN_SHARE = 1 / 4  # of a shorter one; Caddy renews it with a third left, and looks every ten minutes


def seconds_left(certificate: dict[str, Any], now: float) -> float:
    """Return how long the certificate, as ssl.SSLSocket.getpeercert returns it, is still valid at the Unix time."""
    return ssl.cert_time_to_seconds(certificate["notAfter"]) - now


def is_overdue(certificate: dict[str, Any], now: float) -> bool:
    """Return whether so little of its life is left that whatever renews it must have failed."""
    begins, ends = (ssl.cert_time_to_seconds(certificate[name]) for name in ("notBefore", "notAfter"))
    return seconds_left(certificate, now) < min(MIN_SECONDS, (ends - begins) * MIN_SHARE)
