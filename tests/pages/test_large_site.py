"""With 300 pages of 20 revisions each, every act asks the database as often as with 10."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pages import publishing
from pages.models import Page, PagePath, Revision, RichText
from pages.page_source import to_source
from tests.pages.conftest import LATER, NOW
from tests.pages.editor_posts import LIST, change_url, url


def grow(pages, of=20):
    """Create live pages, each with former revisions."""
    numbers = range(Page.objects.count(), Page.objects.count() + pages)
    made = Page.objects.bulk_create(Page(slug=f"page-{number}", title=f"Page {number}") for number in numbers)
    PagePath.objects.bulk_create(PagePath(page=page, path=f"/{page.slug}/", is_current=True) for page in made)
    RichText.objects.bulk_create(RichText(parent=page, region="main", ordering=10, html="<p>x</p>") for page in made)
    begins = [NOW - timedelta(days=of - number) for number in range(of + 1)]
    source = to_source(made[0])
    Revision.objects.bulk_create(
        Revision(
            page=page, number=number + 1, source=source, schema=1, text="x", draft_version=1, created_at=begins[number],
            live_from=begins[number], live_until=begins[number + 1] if number < of - 1 else None,
        )
        for page in made for number in range(of)
    )  # fmt: skip


@pytest.fixture
def queries():
    """Return how many queries an act takes."""

    def queries(act):
        with CaptureQueriesContext(connection) as captured:
            act()
        return len(captured)

    return queries


def test_no_act_takes_more_queries_on_a_large_site(therapist_client, client, write, queries):
    page = write("about", "About me")

    def publish():
        RichText.objects.filter(parent=page).update(html=f"<p>{Revision.objects.count()}</p>")
        publishing.publish(page, user=None, now=LATER)

    def acts():
        return {
            "list": queries(lambda: therapist_client.get(LIST)),
            "editor": queries(lambda: therapist_client.get(change_url(page))),
            "publish": queries(publish),
            "review": queries(lambda: therapist_client.get(url(page, "publish"))),
            "address": queries(lambda: therapist_client.post(url(page, "address"), {"slug": "me", "parent": ""})),
            "visit": queries(lambda: client.get("/page-3/")),
            "sitemap": queries(lambda: client.get("/sitemap.xml")),
        }

    grow(10)
    acts()  # what is remembered from now on
    of_ten = acts()
    grow(290)
    assert acts() == of_ten
    assert of_ten["visit"] == 3
