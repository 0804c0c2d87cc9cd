"""`python -m benchmarks.search`: a visitor's search over 1,000 pages beside the view of one page, in the same run."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.ketamine import ROOT, environment

PAGES = 1_000
ROUNDS = 15
SEARCHES = ["ketamine", "drinking too much", "a word of nobodys"]
TOPICS = ["alcohol", "ketamine", "gambling", "cocaine", "family", "sleep", "relapse", "shame", "work", "drinking"]
SENTENCE = "Many people who come about {} say that they had meant to stop for years; we begin with what a day is like. "


def fill(pages: int, now: datetime) -> None:
    """That many published pages of about 4,500 letters."""
    from pages.models import Page, PagePath, Revision

    names = [f"{TOPICS[number % 10].title()} {number}" for number in range(pages)]
    made = Page.objects.bulk_create(Page(slug=f"page-{n}", title=name) for n, name in enumerate(names))
    PagePath.objects.bulk_create(PagePath(path=f"/{page.slug}/", page=page, is_current=True) for page in made)
    Revision.objects.bulk_create(_revision(page, number, now) for number, page in enumerate(made))


def _revision(page: Any, number: int, now: datetime) -> Any:
    from pages.models import Revision
    from pages.page_source import plain_text

    topics = [TOPICS[number % 10], TOPICS[number // 10 % 10]] * 2
    text = "".join(f"<h2>{topic.title()}</h2><p>{SENTENCE.format(topic) * 10}</p>" for topic in topics)
    block = {"type": "rich_text", "uid": "8e6f0f3e-7a41-4c5e-9a55-0c6f5d3d2b11", "html": text}
    source = {"schema": 1, "title": page.title, "lead": "“Zoë’s” opening words", "blocks": [block]}
    return Revision(
        page=page, number=1, source=source, schema=1, text=plain_text(source),
        draft_version=1, created_at=now, live_from=now,
    )  # fmt: skip


def milliseconds(act: Callable[[], Any]) -> float:
    act()
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        act()
        took.append(time.perf_counter() - began)
    return median(took) * 1000


def main() -> None:
    import django
    from django.test import Client
    from django.utils import timezone

    django.setup()
    fill(PAGES, timezone.now())
    visitor = Client(SERVER_NAME="127.0.0.1")
    page = milliseconds(lambda: visitor.get("/page-1/"))
    print(f"{PAGES:,} pages, median of {ROUNDS}, milliseconds:\n\n{'one page':20} {page:7.1f}   ratio")
    for words in SEARCHES:
        took = milliseconds(partial(visitor.post, "/search/", {"words": words}))
        print(f"{words:20} {took:7.1f} {took / page:7.1f}")


def in_a_site_of_its_own(module: str) -> None:
    """Run the module with “measure” on a new site with its starter pages."""
    with tempfile.TemporaryDirectory() as folder:
        env = {**environment(Path(folder)), "DJANGO_SETTINGS_MODULE": "practice.settings"}
        for command in (["manage.py", "migrate", "-v0"], ["manage.py", "collectstatic", "--no-input", "-v0"]):
            subprocess.run([sys.executable, *command], cwd=ROOT, env=env, check=True)
        subprocess.run([sys.executable, "-m", module, "measure"], cwd=ROOT, env=env, check=True)


if __name__ == "__main__":
    if "measure" in sys.argv:
        main()
    else:
        in_a_site_of_its_own("benchmarks.search")
