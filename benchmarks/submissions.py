"""What a page, a sent form and a message cost: milliseconds of CPU time of the site's processes, on both databases.

`python -m benchmarks.submissions` sends 200 forms to two web processes and has two workers deliver the messages. CPU
time hardly depends on what else the machine does. Divide 1,000 by a figure for how many a core manages in a second.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

from tests.bookings.chaos import UNSENT, People, Site, children, postgresql, query, running_site, sqlite
from tests.mail_server import FaultyMailServer, wait_until

NUMBER = 200


def cpu_seconds(site: Site) -> tuple[float, float]:
    """Return what the web processes and the workers have used so far."""
    web, workers = site.processes[:2], site.processes[2:]
    web_pids = [pid for process in web for pid in (process.pid, *children(process.pid))]
    return sum(map(_cpu, web_pids)), sum(_cpu(process.pid) for process in workers)


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(database: Callable) -> None:
    with FaultyMailServer() as mail, running_site(database, mail.port) as (site, connect, _):
        people, figures = People(site.ports), []
        wait_until(lambda: people.get("/") and people.get("/consultation/"))
        for path in ("/addictions/ketamine/", "/consultation/"):
            start_cpu = cpu_seconds(site)[0]
            for _ in range(NUMBER):
                people.get(path)
            figures.append((cpu_seconds(site)[0] - start_cpu) / NUMBER)
        before, start = cpu_seconds(site), time.monotonic()
        people.send(NUMBER)
        wait_until(lambda: query(connect, UNSENT) == [0], seconds=300)
        after, seconds = cpu_seconds(site), time.monotonic() - start
    page, form = figures
    sent = (after[0] - before[0]) / NUMBER - form
    delivered = (after[1] - before[1]) / len(mail.messages)
    costs = {"page": page, "form": form, "sent form": sent, "message": delivered}
    words = ", ".join(f"{name} {cost * 1000:.1f} ms" for name, cost in costs.items())
    print(f"{database.__name__:10}  {words} ({len(mail.messages)} delivered, all in {seconds:.0f} s)")


if __name__ == "__main__":
    for each in (sqlite, postgresql):
        measure(each)
