import re
from datetime import timedelta

import pytest

from pages import publishing
from pages.models import Page, Revision, RichText
from pages.page_source import to_source
from tests.pages import editor_posts
from tests.pages.conftest import LATER

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(live, change):
    """Return a page that was published twice and then changed again."""
    page = live("about", "About me", "<p>First.</p>")
    RichText.objects.update(html="<p>Second.</p>")
    change(page, title="About us")
    publishing.publish(page, user=None, now=LATER, note="A mistake")
    RichText.objects.update(html="<p>Not published yet.</p>")
    change(page, lead="A lead")
    return page


def url(page, *rest):
    return editor_posts.url(page, "revisions", *rest)


def test_restoring_a_revision_stores_the_replaced_draft(page):
    before = to_source(page)
    first = page.revisions.get(number=1)
    publishing.restore_revision(first, user=None, now=LATER)

    page = Page.objects.get()
    assert to_source(page) == first.source
    stored_draft = page.revisions.get(number=3)
    assert stored_draft.source == before
    assert (stored_draft.live_from, stored_draft.live_until) == (LATER, LATER)
    assert stored_draft.note == "The draft before revision 1 was restored"


def test_restoring_changes_nothing_for_visitors_until_published(page, client):
    publishing.restore_revision(page.revisions.get(number=1), user=None, now=LATER)
    assert "Second." in client.get("/about/").content.decode()

    publishing.publish(Page.objects.get(), user=None, now=LATER)
    assert "First." in client.get("/about/").content.decode()
    assert Revision.objects.filter(live_until=None).count() == 1


def test_restoring_an_identical_revision_stores_no_copy(page):
    publishing.restore_revision(page.revisions.get(number=1), user=None, now=LATER)
    publishing.restore_revision(page.revisions.get(number=1), user=None, now=LATER)

    assert page.revisions.count() == 3


def test_a_block_keeps_its_uid_through_the_draft_and_back(page):
    uid = RichText.objects.get().uid
    publishing.restore_revision(page.revisions.get(number=1), user=None, now=LATER)

    assert RichText.objects.get().uid == uid


def test_restoring_a_revision_of_another_schema_is_refused_without_loss(page, therapist_client):
    Revision.objects.filter(number=1).update(source={"schema": 99, "blocks": [{"type": "poem"}]})
    before = to_source(page)

    response = therapist_client.post(url(page, 1, "restore"), follow=True)
    assert "written by another version of the site" in response.content.decode()
    assert to_source(Page.objects.get()) == before
    assert page.revisions.count() == 2


def test_the_revisions_say_when_they_were_live_and_why(page, therapist_client):
    html = therapist_client.get(url(page)).content.decode()

    assert "Live since 3 November 2026, 09:00" in html
    assert "Live from 2 November 2026, 09:00 to 3 November 2026, 09:00" in html
    assert "A mistake" in html


def test_an_old_revision_is_shown_as_visitors_saw_it(page, therapist_client):
    response = therapist_client.get(url(page, 1))

    assert "<p>First.</p>" in response.content.decode()
    assert "no-store" in response.headers["Cache-Control"]


def test_the_therapist_restores_a_revision_with_one_click(page, therapist, therapist_client):
    response = therapist_client.post(url(page, 1, "restore"), follow=True)

    assert "Revision 1 is now your draft" in response.content.decode()
    assert RichText.objects.get().html == "<p>First.</p>"
    assert page.revisions.get(number=3).user == therapist


def test_restoring_needs_a_post_and_unknown_revisions_are_not_found(page, therapist_client):
    assert therapist_client.get(url(page, 1, "restore")).status_code == 405
    assert therapist_client.get(url(page, 9)).status_code == 404


def test_strangers_and_people_without_permission_see_no_revision(page, client, django_user_model):
    for address in (url(page), url(page, 1)):
        assert client.get(address).status_code == 302
    client.force_login(django_user_model.objects.create_user("helper", password="x", is_staff=True))
    for address in (url(page), url(page, 1)):
        assert client.get(address).status_code == 403
    assert client.post(url(page, 1, "restore")).status_code == 403


def test_any_two_revisions_are_compared_and_each_with_the_draft(page, therapist_client):
    RichText.objects.update(html="<p>Third.</p>")
    html = therapist_client.get(editor_posts.url(page, "compare") + "?from=1&to=2").content.decode()
    assert ("<del>First" in html, "<ins>Second" in html) == (True, True)
    html = therapist_client.get(editor_posts.url(page, "compare") + "?from=2&to=draft").content.decode()
    assert ("<del>Second" in html, "<ins>Third" in html) == (True, True)


@pytest.mark.parametrize("query", ["", "?from=1", "?from=1&to=99", "?from=x&to=2", "?from=1&to=9999999999999999"])
def test_an_unknown_revision_is_not_compared(page, therapist_client, query):
    assert therapist_client.get(editor_posts.url(page, "compare") + query).status_code == 404


AS_OF = "/admin/pages/page/as-of/"


def as_of(client, at):
    """Return the titles that visitors saw, as the screen lists them."""
    return re.findall(r'<li><a href="[^"]+/as-of/[^"]+">([^<]+)</a>', client.get(AS_OF, {"at": at}).content.decode())


def test_the_site_is_shown_as_visitors_saw_it(page, live, therapist_client):
    live("other", "Another", now=LATER)
    assert as_of(therapist_client, "2026-11-01T09:00") == []
    assert as_of(therapist_client, "2026-11-02T12:00") == ["About me"]
    assert as_of(therapist_client, "2026-11-03T12:00") == ["About us", "Another"]


def test_a_page_removed_later_is_shown_as_well(page, therapist_client):
    publishing.remove(page, now=LATER + timedelta(days=1))
    assert as_of(therapist_client, "2026-11-03T12:00") == ["About us"]
    assert as_of(therapist_client, "2026-11-05T12:00") == []


def test_a_past_view_of_a_page_links_to_past_views(page, live, therapist_client):
    live("other", "Another", f'<p><a href="page:{page.pk}">About me</a></p>', menu="main")
    other = Page.objects.get(slug="other")
    html = therapist_client.get(editor_posts.url(page, "as-of"), {"at": "2026-11-02T12:00"}).content.decode()
    assert "<p>First.</p>" in html
    assert "As visitors saw it on Monday 2 November at 12:00" in html
    html = therapist_client.get(editor_posts.url(other, "as-of"), {"at": "2026-11-02T12:00"}).content.decode()
    assert f'<a href="{editor_posts.url(page, "as-of")}?at=2026-11-02T12%3A00">About me</a>' in html


@pytest.mark.parametrize("at", ["", "yesterday"])
def test_an_invalid_date_is_asked_for_again(page, therapist_client, at):
    assert "Enter a day and a time" in therapist_client.get(AS_OF, {"at": at}).content.decode()
    assert therapist_client.get(editor_posts.url(page, "as-of"), {"at": at}).status_code == 404
