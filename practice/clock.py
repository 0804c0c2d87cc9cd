"""London's clock, which the practice keeps."""

from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
