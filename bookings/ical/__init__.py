"""Calendar files (RFC 5545): read the therapist's other calendar, and write invitations and a feed.

Nothing outside this package imports its modules; these functions are the only way in.

Reading, for busy times
    `fetch(address)` downloads a calendar over HTTPS from an address that somebody typed. It connects only to public
    IP addresses, follows up to 3 redirects and checks each of them in the same way. The caller may change how long
    the whole download may take, 15 seconds, and how large it may be, 2 MB.
    `busy_times(calendar, begins, ends)` returns when its owner is busy, as (start, end) pairs in UTC, sorted and
    merged, and the entries that were not understood; `busy_spans` returns the pairs alone. The file may be large,
    but at most 20,000 of its events may concern the window, and one rule may take half a second. It is read in a
    process of its own, without the environment's secrets, that is stopped after 30 seconds of CPU time, 60 seconds in
    all, or 1 GB of memory. Only the lines that state times and who takes part are kept; titles and notes are dropped.
    Times without a time zone are in the zone that the calendar names (X-WR-TIMEZONE), or else in London's.
    What is not understood is not free: if an event's times or their zone can't be read, its whole day is busy, and it
    is named by its day. An event without a day is named too. Events that are cancelled, transparent or declined by
    the calendar's owner are free.
    Both end at once when their `is_stopped` says so, with `ReadingStoppedError`.
    All raise `CalendarError`, whose `sentence` may be shown to the therapist: it never contains the address or
    anything from the calendar.

Writing
    `invite` and `withdraw` return the file for one `CalendarEntry`; `with_calendar` attaches it to an email
    (RFC 5546, RFC 6047). `publish` returns one file for several, which is attached only. `feed_lines` yields a calendar
    to subscribe to piece by piece, one `FeedEntry` at a time, so that a long diary needs little memory. Written times
    are in UTC, and every event is private.

Libraries
    icalendar parses and writes, recurring-ical-events expands repeating events. The tests read what is written here
    with vobject as well, and their strict reader follows RFC 5546. Downloads use http.client, because the
    connection has to go to the very IP address that was checked.
"""

from bookings.ical.appointments_feed import FeedEntry, feed_lines
from bookings.ical.download import fetch
from bookings.ical.errors import CalendarError, UnclearEntry
from bookings.ical.invitation import (
    CANCEL,
    REQUEST,
    SERIES_FILE_NAME,
    CalendarEntry,
    invite,
    publish,
    with_calendar,
    withdraw,
)
from bookings.ical.isolated_parse import busy_spans, busy_times
from bookings.ical.parse import BusyTimes
from bookings.ical.stopping import ReadingStoppedError, never

__all__ = [
    "CANCEL",
    "REQUEST",
    "SERIES_FILE_NAME",
    "BusyTimes",
    "CalendarEntry",
    "CalendarError",
    "FeedEntry",
    "ReadingStoppedError",
    "UnclearEntry",
    "busy_spans",
    "busy_times",
    "feed_lines",
    "fetch",
    "invite",
    "never",
    "publish",
    "with_calendar",
    "withdraw",
]
