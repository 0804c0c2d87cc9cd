import re
from datetime import timedelta

import pytest

from pages import publishing
from pages.models import Page, Revision, RichText
from pages.source import to_source
from tests.pages import editor_posts
from tests.pages.conftest import LATER

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(live, change):
    """Published twice, then changed once more."""
    page = live("about", "About me", "<p>First.</p>")
    RichText.objects.update(html="<p>Second.</p>")
    change(page, title="About us")
    publishing.publish(page, user=None, now=LATER, note="A mistake")
    RichText.objects.update(html="<p>Not published yet.</p>")
    change(page, lead="A lead")
    return page


def url(page, *rest):
    return editor_posts.url(page, "revisions", *rest)


def test_a_revision_comes_back_into_the_draft_and_the_draft_is_kept(page):
    before = to_source(page)
    first = page.revisions.get(number=1)
    publishing.restore_revision(first, user=None, now=LATER)

    page = Page.objects.get()
    assert to_source(page) == first.source
    kept = page.revisions.get(number=3)
    assert kept.source == before
    assert (kept.live_from, kept.live_until) == (LATER, LATER)
    assert kept.note == "The draft before revision 1 was restored"


def test_bringing_back_changes_nothing_for_visitors_until_it_is_published(page, client):
    publishing.restore_revision(page.revisions.get(number=1), user=None, now=LATER)
    assert "Second." in client.get("/about/").content.decode()

    publishing.publish(Page.objects.get(), user=None, now=LATER)
    assert "First." in client.get("/about/").content.decode()
    assert Revision.objects.filter(live_until=None).count() == 1


def test_bringing_back_what_the_draft_says_already_keeps_no_copy(page):
    publishing.restore_revision(page.revisions.get(number=1), user=None, now=LATER)
    publishing.restore_revision(page.revisions.get(number=1), user=None, now=LATER)

    assert page.revisions.count() == 3


def test_a_block_keeps_its_identity_through_a_way_back_and_forth(page):
    uid = RichText.objects.get().uid
    publishing.restore_revision(page.revisions.get(number=1), user=None, now=LATER)

    assert RichText.objects.get().uid == uid


def test_a_revision_of_another_version_is_refused_and_nothing_is_lost(page, therapist_client):
    Revision.objects.filter(number=1).update(source={"schema": 99, "blocks": [{"type": "poem"}]})
    before = to_source(page)

    response = therapist_client.post(url(page, 1, "restore"), follow=True)
    assert "written by another version of the site" in response.content.decode()
    assert to_source(Page.objects.get()) == before
    assert page.revisions.count() == 2


def test_the_revisions_say_when_they_were_live_and_why(page, therapist_client):
    shown = therapist_client.get(url(page)).content.decode()

    assert "Live since 3 November 2026, 09:00" in shown
    assert "Live from 2 November 2026, 09:00 to 3 November 2026, 09:00" in shown
    assert "A mistake" in shown


def test_an_old_revision_is_looked_at_as_visitors_saw_it(page, therapist_client):
    response = therapist_client.get(url(page, 1))

    assert "<p>First.</p>" in response.content.decode()
    assert "no-store" in response.headers["Cache-Control"]


def test_the_therapist_brings_a_revision_back_with_one_press(page, therapist, therapist_client):
    response = therapist_client.post(url(page, 1, "restore"), follow=True)

    assert "Revision 1 is now your draft" in response.content.decode()
    assert RichText.objects.get().html == "<p>First.</p>"
    assert page.revisions.get(number=3).user == therapist


def test_looking_never_changes_anything(page, therapist_client):
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
    shown = therapist_client.get(editor_posts.url(page, "compare") + "?from=1&to=2").content.decode()
    assert ("<del>First" in shown, "<ins>Second" in shown) == (True, True)
    shown = therapist_client.get(editor_posts.url(page, "compare") + "?from=2&to=draft").content.decode()
    assert ("<del>Second" in shown, "<ins>Third" in shown) == (True, True)


@pytest.mark.parametrize("query", ["", "?from=1", "?from=1&to=99", "?from=x&to=2", "?from=1&to=9999999999999999"])
def test_what_is_not_there_is_not_compared(page, therapist_client, query):
    assert therapist_client.get(editor_posts.url(page, "compare") + query).status_code == 404


AS_OF = "/admin/pages/page/as-of/"


def as_of(client, at):
    """Titles of what visitors saw, as the screen lists them."""
    return re.findall(r'<li><a href="[^"]+/as-of/[^"]+">([^<]+)</a>', client.get(AS_OF, {"at": at}).content.decode())


def test_the_site_is_shown_as_visitors_saw_it(page, live, therapist_client):
    live("other", "Another", now=LATER)
    assert as_of(therapist_client, "2026-11-01T09:00") == []
    assert as_of(therapist_client, "2026-11-02T12:00") == ["About me"]
    assert as_of(therapist_client, "2026-11-03T12:00") == ["About us", "Another"]


def test_a_page_removed_since_is_shown_too(page, therapist_client):
    publishing.remove(page, now=LATER + timedelta(days=1))
    assert as_of(therapist_client, "2026-11-03T12:00") == ["About us"]
    assert as_of(therapist_client, "2026-11-05T12:00") == []


def test_a_page_is_read_as_it_was_then_and_its_links_lead_to_that_day(page, live, therapist_client):
    live("other", "Another", f'<p><a href="page:{page.pk}">About me</a></p>', menu="main")
    other = Page.objects.get(slug="other")
    shown = therapist_client.get(editor_posts.url(page, "as-of"), {"at": "2026-11-02T12:00"}).content.decode()
    assert "<p>First.</p>" in shown
    assert "As visitors saw it on Monday 2 November at 12:00" in shown
    shown = therapist_client.get(editor_posts.url(other, "as-of"), {"at": "2026-11-02T12:00"}).content.decode()
    assert f'<a href="{editor_posts.url(page, "as-of")}?at=2026-11-02T12%3A00">About me</a>' in shown


@pytest.mark.parametrize("at", ["", "yesterday"])
def test_a_moment_that_cannot_be_understood_is_asked_for_again(page, therapist_client, at):
    assert "Enter a day and a time" in therapist_client.get(AS_OF, {"at": at}).content.decode()
    assert therapist_client.get(editor_posts.url(page, "as-of"), {"at": at}).status_code == 404
