"""What `manage.py doctor` looks at besides the health of the site: what others see of it, which needs the network.

DOCTOR_CHECKS in the settings names the functions that look; each is called with the current time and yields what it
found. `/health/` asks none of them, because a network that is slow must not make a working site look broken.
"""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string

from practice.health import HealthFinding


def read(now: datetime) -> Iterator[HealthFinding]:
    for path in settings.DOCTOR_CHECKS:
        yield from import_string(path)(now)
