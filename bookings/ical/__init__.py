"""Calendar files (RFC 5545): read the therapist's other calendar, and write invitations and a feed.

Nothing outside this package imports its modules; these functions are the only way in.

Reading, for busy times
    `fetch(address)` downloads a calendar over HTTPS from an address that somebody typed. It connects only to public
    IP addresses, follows up to 3 redirects and checks each of them in the same way. The whole download may take
    15 seconds and 2 MB.
    `busy_spans(calendar, begins, ends)` returns when its owner is busy, as (start, end) pairs in UTC, sorted and
    merged. It reads at most 20,000 events and 20,000 occurrences, in a process of its own that is stopped after 30
    seconds of CPU time, 60 seconds in all, or 1 GB of memory. Only the lines that state times are kept; titles and
    notes are dropped before anything is parsed. Times without a time zone are taken as London time.
    Both raise `CalendarError`, whose `sentence` may be shown to the therapist: it never contains the address or
    anything from the calendar.

Writing
    `invite` and `withdraw` return the file for one `CalendarEntry`; `with_calendar` attaches it to an email
    (RFC 5546, RFC 6047). `feed_lines` yields a calendar to subscribe to piece by piece, one `FeedEntry` at a time, so
    that a long diary needs little memory. Written times are in UTC, and every event is private.

Libraries
    icalendar parses and writes, recurring-ical-events expands repeating events. The tests read what is written here
    with vobject as well, and their strict reader follows RFC 5546. Downloads use http.client, because the
    connection has to go to the very IP address that was checked.
"""

from bookings.ical.appointments_feed import FeedEntry, feed_lines
from bookings.ical.download import fetch
from bookings.ical.errors import CalendarError
from bookings.ical.invitation import CANCEL, REQUEST, CalendarEntry, invite, with_calendar, withdraw
from bookings.ical.isolated_parse import busy_spans

__all__ = [
    "CANCEL",
    "REQUEST",
    "CalendarEntry",
    "CalendarError",
    "FeedEntry",
    "busy_spans",
    "feed_lines",
    "fetch",
    "invite",
    "with_calendar",
    "withdraw",
]
