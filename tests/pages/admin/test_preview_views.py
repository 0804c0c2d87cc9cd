"""A draft is looked at before it is saved, and shown to somebody without a login."""

import io
import re
from datetime import timedelta

import pytest
from django.utils.module_loading import import_string

from pages import publishing
from pages.models import Page, Picture, PreviewSnapshot, RichText, ShareLink
from tests.pages.conftest import NOW
from tests.pages.editor_posts import LIST, change_url, form, message_texts, url
from tests.pages.picture_files import picture_file


@pytest.fixture
def page(live, time_machine):
    time_machine.move_to(NOW, tick=False)
    return live("about", "About me", "<p>Saved words.</p>")


def snapshot(client, page=None, **fields):
    """Return the preview screen and the page in its frames."""
    screen = client.post(change_url(page) if page else f"{LIST}add/", form(page, _preview="", **fields), follow=True)
    inside = re.findall(r'<iframe src="([^"]+)"', screen.content.decode())
    return screen, client.get(inside[0]) if inside else None


def test_a_preview_shows_unsaved_text_and_saves_nothing(therapist_client, page):
    screen, inside = snapshot(therapist_client, page, title="Another title", html="<p>Unsaved words.</p>")
    assert re.findall(r'<iframe .*?title="([^"]+)" width="(\d+)"', screen.content.decode()) == [
        ("The page on a phone", "390"), ("The page on a desktop", "1280")
    ]  # fmt: skip
    assert "<h1>Another title</h1>" in inside.content.decode()
    assert "<p>Unsaved words.</p>" in inside.content.decode()
    page.refresh_from_db()
    assert (page.title, page.draft_version) == ("About me", 1)
    assert RichText.objects.get().html == "<p>Saved words.</p>"


def test_only_the_preview_s_page_may_be_framed(therapist_client, page):
    screen, inside = snapshot(therapist_client, page)
    assert "frame-src 'self'" in screen["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in screen["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in inside["Content-Security-Policy"]
    assert (screen["X-Frame-Options"], inside["X-Frame-Options"]) == ("DENY", "SAMEORIGIN")
    for answer in (screen, inside):
        assert "no-store" in answer["Cache-Control"]


def test_a_page_that_is_not_saved_yet_can_be_previewed(therapist_client, db):
    _, inside = snapshot(therapist_client, title="Brand new", html="<p>First words.</p>")
    assert "<p>First words.</p>" in inside.content.decode()
    assert Page.objects.count() == 0


def test_an_uploaded_picture_is_previewed_and_kept(therapist_client, page, client):
    prefix = "pages_pictureblock_set"
    fields = {
        f"{prefix}-TOTAL_FORMS": 1, f"{prefix}-0-region": "main", f"{prefix}-0-ordering": "20",
        f"{prefix}-0-alt": "A door", f"{prefix}-0-crop": "none", f"{prefix}-0-focus_x": "50",
        f"{prefix}-0-focus_y": "50", f"{prefix}-0-parent": page.pk,
        f"{prefix}-0-upload": io.BytesIO(picture_file()),
    }  # fmt: skip
    _, inside = snapshot(therapist_client, page, **fields)
    address = re.search(r'src="(/pictures/[^"]+)"', inside.content.decode())[1]
    assert client.get(address).status_code == 200
    assert Picture.objects.count() == 1


def test_a_preview_is_only_shown_to_its_author(therapist_client, page, client, django_user_model):
    snapshot(therapist_client, page)
    addresses = [
        f"{LIST}snapshots/{PreviewSnapshot.objects.get().key}/",
        f"{LIST}snapshots/{PreviewSnapshot.objects.get().key}/page/",
    ]
    assert [client.get(address).status_code for address in addresses] == [302, 302]
    client.force_login(django_user_model.objects.create_superuser("other", password="x"))
    assert [client.get(address).status_code for address in addresses] == [404, 404]


def test_a_preview_expires_after_a_day(therapist_client, page, time_machine, settings):
    snapshot(therapist_client, page)
    stored = PreviewSnapshot.objects.get()
    time_machine.move_to(NOW + timedelta(days=1), tick=False)
    therapist_client.force_login(stored.user)
    assert therapist_client.get(f"{LIST}snapshots/{stored.key}/page/").status_code == 404
    for task in settings.RETENTION_TASKS:
        import_string(task)(NOW + timedelta(days=1))
    assert PreviewSnapshot.objects.count() == 0


def test_an_invalid_draft_shows_its_errors_instead_of_a_preview(therapist_client, page):
    screen, _ = snapshot(therapist_client, page, title="")
    assert "Enter the title." in screen.content.decode()
    assert PreviewSnapshot.objects.count() == 0


def test_a_preview_causes_no_conflict_with_another_tab(therapist_client, page):
    therapist_client.post(change_url(page), form(page, html="<p>From the other tab.</p>"))
    _, inside = snapshot(therapist_client, page, html="<p>From this tab.</p>", version=1)
    assert "<p>From this tab.</p>" in inside.content.decode()


def test_a_restored_unsaved_draft_is_shown_and_not_saved(therapist_client, page):
    response = therapist_client.post(change_url(page), form(page, html="<p>Kept words.</p>", _restore_draft="1"))
    text = response.content.decode()
    assert "This is what you wrote earlier. It has not been saved yet: check it, then save it." in text
    assert "&lt;p&gt;Kept words.&lt;/p&gt;" in text
    assert RichText.objects.get().html == "<p>Saved words.</p>"


def test_only_the_therapist_sees_the_saved_draft(therapist_client, page, client):
    therapist_client.post(change_url(page), form(page, html="<p>Draft words.</p>", _continue=""))
    response = therapist_client.get(url(page, "preview"))
    assert "<p>Draft words.</p>" in response.content.decode()
    assert "Live; 1 unpublished change" in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert client.get(url(page, "preview")).status_code == 302
    assert "Draft words" not in client.get("/about/").content.decode()


@pytest.fixture
def link(therapist_client, page):
    """Return the path of a link to the draft."""
    therapist_client.post(change_url(page), form(page, html="<p>Draft words.</p>", _continue=""))
    response = therapist_client.post(url(page, "share"), follow=True)
    assert message_texts(response)[-1] == "The link is ready. Copy it and send it to whoever should read the draft."
    return re.search(r'value="http://[^/]+(/draft/[^"]+)"', response.content.decode())[1]


def test_a_link_shows_the_draft_without_a_login(client, link):
    answer = client.get(link)
    assert "<p>Draft words.</p>" in answer.content.decode()
    assert '<meta name="robots" content="noindex">' in answer.content.decode()
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert {"no-store", "private"} <= set(answer["Cache-Control"].split(", "))
    assert "/admin/" not in answer.content.decode()
    assert not answer.cookies


def test_the_link_names_neither_page_nor_therapist(link):
    assert not re.search("about|therapist", link)


def test_it_always_shows_the_draft_as_it_is_saved_now(client, therapist_client, page, link):
    therapist_client.post(change_url(page), form(page, html="<p>Newer words.</p>", _continue=""))
    assert "<p>Newer words.</p>" in client.get(link).content.decode()


@pytest.mark.parametrize("days", [14.01, 400])
def test_it_ends_after_two_weeks(client, link, time_machine, days):
    time_machine.move_to(NOW + timedelta(days=13.9), tick=False)
    assert client.get(link).status_code == 200
    time_machine.move_to(NOW + timedelta(days=days), tick=False)
    assert client.get(link).status_code == 404


def test_a_link_can_be_revoked_separately(client, therapist_client, page, link):
    therapist_client.post(url(page, "share"))
    first = ShareLink.objects.earliest("pk")
    therapist_client.post(url(page, "sharing", first.pk, "revoke"))
    assert client.get(link).status_code == 404
    assert ShareLink.objects.filter(revoked_at=None).count() == 1


def test_a_forged_link_opens_nothing(client, link):
    for forged in ("/draft/1/", link[:-2] + "xx/", link.replace("/draft/", "/draft/x"), "/draft/%00/"):
        assert client.get(forged).status_code == 404


def test_a_removed_page_is_shown_to_nobody(client, page, link):
    publishing.remove(page, now=NOW)
    assert client.get(link).status_code == 404


def test_a_share_link_cannot_be_revoked_through_another_page(therapist_client, write, page, link):
    other = write("other")
    therapist_client.post(url(other, "sharing", ShareLink.objects.get().pk, "revoke"))
    assert ShareLink.objects.get().revoked_at is None
