"""How many words of each kind are to be found in each place, and the table of it in Markdown.

What people write is sealed, so database and `.env` together give no letter that was sent and no other sealed word.
"""

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Playwright

from tests.deploy.proxies import find_program
from tests.onlooker import places
from tests.onlooker.life import Life
from tests.onlooker.places import Place, Scene
from tests.onlooker.running_site import running_site
from tests.onlooker.words import Kind, Search, Word, planted_words
from tests.postgres import temporary_server

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
REFERENCES = 3
KEYS_ON_THE_WAY = 6  # password, recovery key, two cookies of the desk, four words, private link
HEADINGS = {
    Kind.OPEN: "references",
    Kind.REACH: "reach",
    Kind.LETTER: "letters",
    Kind.SEALED: "other sealed words",
    Kind.KEY: "what opens something",
}


@dataclass(frozen=True)
class Row:
    place: Place
    counts: tuple[int, ...]  # of each kind
    measured: frozenset[Kind] = frozenset()  # said, but another the next time, so it is not expected

    @property
    def expected(self) -> dict[Kind, int]:
        return dict(zip(Kind, self.counts, strict=True))

    def problems(self, found: Mapping[Kind, int]) -> list[str]:
        return [
            f"{self.place.name}: {found[kind]} of {HEADINGS[kind]} instead of {number}"
            for kind, number in self.expected.items()
            if found[kind] != number and kind not in self.measured
        ]


WORKER_MEMORY, WEB_MEMORY = places.memory("worker"), places.memory("web")
MAIL_TO_PERSON = places.mail(is_to_therapist=False)
MAIL_TO_THERAPIST = places.mail(is_to_therapist=True)
ROWS = [
    Row(Place("SQLite’s file and its write-ahead log", places.sqlite_files, "reference", SQLITE), (3, 0, 0, 0, 0)),
    Row(Place("PostgreSQL’s tables and indexes", places.heap_and_indexes, "reference", POSTGRESQL), (3, 0, 0, 0, 0)),
    Row(Place("PostgreSQL’s write-ahead log", places.write_ahead_log, "reference", POSTGRESQL), (3, 0, 0, 0, 0)),
    Row(Place("PostgreSQL’s log", places.postgres_log, "ready to accept", POSTGRESQL), (0, 0, 0, 0, 0)),
    Row(Place("what `pg_dump` writes", places.pg_dump, "reference", POSTGRESQL), (3, 0, 0, 0, 0)),
    Row(
        Place("database and `SECRET_KEY`, guessed", places.guessed_with_secret_key, "guesses", takes_long=True),
        (0, 0, 0, 0, 0),
    ),
    Row(
        Place("database and `.env`, guessed", places.guessed_with_field_key, "guesses", takes_long=True),
        (0, 12, 0, 0, 0),
    ),
    Row(Place("database and `.env`, decrypted", places.decrypted, "reference"), (3, 19, 0, 0, 1)),
    Row(Place("a backup", places.backup, "age-encryption.org", takes_long=True), (0, 0, 0, 0, 0)),
    Row(
        Place("a backup, opened with its secret key", places.opened_backup, "reference", takes_long=True),
        (3, 0, 0, 0, 0),
    ),
    Row(Place("other files of the site, without what is public", places.other_files, "static"), (0, 0, 0, 0, 0)),
    Row(Place("the site’s log", places.site_log, "Not Found"), (0, 0, 0, 0, 0)),
    Row(Place("the log of the proxy (Caddy)", places.proxy_log, "/private/"), (3, 0, 0, 0, 0)),
    Row(
        Place("memory of the worker", WORKER_MEMORY, "run_worker"),
        (3, 8, 2, 0, 1),
        measured=frozenset(Kind) - {Kind.SEALED},  # it writes the mails, and forgets them when it needs the room
    ),
    Row(
        Place("memory of the web server", WEB_MEMORY, "reference", takes_long=True),
        (3, 15, 7, 19, 5),
        measured=frozenset(Kind),
    ),
    Row(Place("mail to the therapist", MAIL_TO_THERAPIST, "reference"), (3, 0, 0, 0, 0)),
    Row(Place("mail to the person", MAIL_TO_PERSON, "reference"), (3, 8, 7, 0, 1)),
    Row(
        Place("the person’s browser after “Leave this site”", places.profile_after_leaving, "consultation"),
        (3, 17, 0, 17, 1),
    ),
    Row(Place("the same after it was closed", places.profile_after_closing, "consultation"), (3, 17, 0, 17, 1)),
]


def count(words: Iterable[Word]) -> dict[Kind, int]:
    kinds = [word.kind for word in words]
    return {kind: kinds.count(kind) for kind in Kind}


def all_words() -> dict[Kind, int]:
    """Return how many words there are: those of PLANTED, and those that turn up in `life`."""
    planted = count(planted_words())
    return planted | {Kind.OPEN: REFERENCES, Kind.KEY: planted[Kind.KEY] + KEYS_ON_THE_WAY}


@contextmanager
def scene(playwright: Playwright, database: str, *, is_short: bool = False) -> Iterator[Scene]:
    """Let the person live on a site of their own, and leave the site running for the onlooker."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="onlooker-")))
        server, url = None, f"sqlite:///{folder}/var/site.sqlite3"
        if database == POSTGRESQL:
            server = folder / "server"
            stack.enter_context(temporary_server(server))
            url = f"postgres:///{server}/postgres"
        site = stack.enter_context(running_site(folder, url))
        life = Life(playwright, site)
        life.live()
        if not is_short:
            site.manage("backup", str(folder / "backups"))
        yield Scene(site, life, server)


def what_is_missing(place: Place) -> str:
    """Return what this machine lacks for looking there, or nothing."""
    if place.read is places.proxy_log and not find_program("caddy"):
        return "Caddy (apt-get install caddy)"
    if place.read in (WORKER_MEMORY, WEB_MEMORY) and not Path("/proc/self/mem").exists():
        return "/proc, which Linux has"
    return ""


def rows_of(database: str, *, is_short: bool = False) -> list[Row]:
    return [
        row
        for row in ROWS
        if row.place.database in ("", database)
        and not (is_short and row.place.takes_long)
        and not what_is_missing(row.place)
    ]


def look(seen: Scene, rows: Iterable[Row]) -> Iterator[tuple[Row, set[Word]]]:
    """Yield each row with the words that are found in its place."""
    search = Search(seen.life.words)
    for row in rows:
        yield row, row.place.find(seen, search)


def problems(seen: Scene, row: Row, words: set[Word]) -> list[str]:
    """Return what is not as expected. Only the web server may have had the recovery key: it makes it and takes it."""
    found = row.problems(count(words))
    if seen.life.recovery_key in words and row.place.read is not WEB_MEMORY:
        found.append(f"{row.place.name}: the recovery key")
    return found


def markdown(numbers: Mapping[str, Mapping[Kind, int]]) -> str:
    """Return the table of the places that these numbers are of; a measured one has “about” before it."""
    table = [["where", *(f"{HEADINGS[kind]} ({number})" for kind, number in all_words().items())]]
    table.append(["---", *["--:"] * len(Kind)])
    for row in ROWS:
        if found := numbers.get(row.place.name):
            cells = [f"{'about ' * (kind in row.measured)}{found[kind]}" for kind in Kind]
            table.append([row.place.name, *cells])
    return "".join(f"| {' | '.join(cells)} |\n" for cells in table)


def expected_table() -> str:
    return markdown({row.place.name: row.expected for row in ROWS})
