import io
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from pages import publishing
from pages.admin import texts
from pages.models import Page, Picture, Revision, RichText
from practice.models import DeskRole
from tests.pages.conftest import NOW, status
from tests.pages.editor_posts import LIST, change_url, confirm, form, message_texts, publish, url
from tests.pages.picture_files import picture_file


@pytest.fixture
def send(therapist_client):
    def send(page, **fields):
        url = change_url(page) if page else f"{LIST}add/"
        return therapist_client.post(url, form(page, **fields), follow=True)

    return send


def test_a_new_page_is_a_draft_at_its_address(send, client):
    response = send(None, title="How I work", html="<h1>One</h1>", _continue="")
    page = Page.objects.with_path().get()
    assert response.redirect_chain == [(change_url(page), 302)]
    assert message_texts(response) == ["Draft of “How I work” saved. Visitors will not see it until you publish."]
    assert (page.path, RichText.objects.get().html) == ("/how-i-work/", "<h2>One</h2>")
    assert client.get("/how-i-work/").status_code == 404


def test_a_new_page_starts_with_a_text_block_which_is_dropped_if_empty(send, therapist_client):
    html = therapist_client.get(f"{LIST}add/").content.decode()
    assert 'name="pages_richtext_set-0-region" value="main"' in html
    send(None, title="Empty", html="", _continue="")
    assert (Page.objects.count(), RichText.objects.count()) == (1, 0)


def test_publish_shows_visitors_what_was_typed(send, therapist_client, client, write, therapist):
    page = write("about", "About me")
    response = send(page, html="<p>New words.</p>", _publish="")
    assert response.redirect_chain == [(url(page, "publish"), 302)]
    assert Revision.objects.count() == 0
    response = publish(therapist_client, page)
    assert message_texts(response) == ["Published: visitors now see revision 1 of “About me”."]
    assert Revision.objects.get().user == therapist
    assert "<p>New words.</p>" in client.get("/about/").content.decode()


def test_saving_counts_as_a_change_only_if_something_changed(send, live):
    page = live("about")
    send(page, _continue="")
    assert status(page, now=NOW) == "Live"
    send(page, html="<p>Other.</p>", _continue="")
    send(page, html="<p>Another.</p>", _continue="")
    assert status(page, now=NOW) == "Live; 2 unpublished changes"


@pytest.mark.parametrize("button", ["_continue", "_publish"])
def test_a_text_with_too_much_formatting_is_saved_with_every_word_and_a_warning(send, write, button):
    page = write("about", "About me")
    deep = "<ul><li>Words" * 60 + "</li></ul>" * 60

    response = send(page, html=deep, **{button: ""})
    text = RichText.objects.get()
    assert text.html == "<p>Words</p>" * 60
    assert message_texts(response)[0] == texts.FORMATTING_LOST.format(block=text)

    response = send(page, html=text.html, **{button: ""})
    assert texts.FORMATTING_LOST.format(block=text) not in message_texts(response)


def test_a_preview_does_not_warn_of_what_it_does_not_save(send, write):
    response = send(write("about"), html="<ul><li>x" * 60, _preview="")
    assert message_texts(response) == []


def test_staff_without_permission_cannot_preview(client_as, write):
    page = write("about")
    assert client_as(DeskRole.ASSISTANT).get(f"{LIST}{page.pk}/preview/").status_code == 403
    assert client_as(DeskRole.EDITOR).get(f"{LIST}{page.pk}/preview/").status_code == 200


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unknown_preview_is_not_found_and_previews_refuse_posts(therapist_client, write, method):
    page = write("about")
    number = {"get": page.pk + 1, "post": page.pk}[method]
    response = getattr(therapist_client, method)(f"{LIST}{number}/preview/")
    assert response.status_code == {"get": 404, "post": 405}[method]


def test_unpublish_remove_and_restore_say_what_happened(send, therapist_client, live, client):
    page = live("about", "About me")
    words = [message_texts(confirm(therapist_client, send(page, **{f"_{act}": ""}))) for act in ("unpublish", "remove")]
    words.append(message_texts(send(page, _restore="")))
    words.append(message_texts(publish(therapist_client, page)))
    assert words == [
        ["“About me” is no longer on the site. Your draft has been kept."],
        ["“About me” has been removed. You can restore it: it is in the list under “Removed”."],
        ["“About me” is back as a draft. Publish it when visitors should see it."],
        ["Published: visitors now see revision 2 of “About me”."],
    ]
    assert client.get("/about/").status_code == 200


def test_removing_a_required_page_is_refused(send, live):
    page = live("privacy", "Privacy notice", role="privacy")
    response = send(page, _remove="")
    assert message_texts(response) == ["The site needs “Privacy notice”. Change its text and publish it instead."]
    assert status(page, now=NOW) == "Live"


@pytest.mark.parametrize("button", ["_unpublish", "_remove", "_restore", "_publish", "_preview"])
def test_reading_never_changes_anything(therapist_client, live, button):
    page = live("about")
    therapist_client.get(change_url(page), {button: ""})
    assert (Revision.objects.filter(live_until=None).count(), Page.objects.not_removed().count()) == (1, 1)


def test_an_address_in_use_is_refused_beside_its_field(send, write):
    write("about", "About me")
    response = send(None, title="x", slug="about", _continue="")
    assert response.context["adminform"].form.errors == {
        "slug": ["“About me” already has this address. Choose another word."]
    }
    assert Page.objects.count() == 1


def test_hostile_text_is_stored_clean(send, write):
    page = write("about")
    send(page, html='<p onclick="x()">a<a href="java\tscript:y()">b</a></p><script>z()</script>', _publish="")
    assert RichText.objects.get().html == "<p>ab</p>"


def test_nothing_is_deleted_for_good(therapist_client, live):
    page = live("about")
    assert therapist_client.post(f"{LIST}{page.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Page.objects.count() == 1


def test_the_list_is_the_tree_with_its_state_in_words(therapist_client, live, write):
    top = live("addictions", "Addictions", position=20)
    write("ketamine", "Ketamine", parent=top, position=5)
    live("about", "About", position=10)
    publishing.remove(live("removed", "Gone", position=1), now=NOW)
    html = therapist_client.get(LIST).content.decode()
    assert re.findall(r'class="depth-(\d)">(\w+)<', html) == [("0", "About"), ("0", "Addictions"), ("1", "Ketamine")]
    assert re.findall(r'class="field-state">([^<]+)<', html) == ["Live", "Live", "Draft, never published"]


@pytest.mark.parametrize(
    ("state", "expected"),
    [("live", ["Changed", "Live"]), ("changed", ["Changed"]), ("draft", ["Draft"]), ("removed", ["Gone"])],
)
def test_the_list_is_filtered_by_state(therapist_client, live, write, change, state, expected):
    live("live", "Live")
    write("draft", "Draft")
    change(live("changed", "Was"), title="Changed")
    publishing.remove(live("removed", "Gone"), now=NOW)
    html = therapist_client.get(LIST, {"state": state}).content.decode()
    assert sorted(re.findall(r'class="depth-\d">(\w+)<', html)) == expected


def test_the_list_takes_as_many_queries_for_many_pages_as_for_one(therapist_client, live):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            therapist_client.get(LIST)
        return len(captured)

    live("one")
    of_one = queries()
    for number in range(20):
        live(f"page-{number}")
    assert queries() == of_one


def test_the_desk_shows_what_is_not_published_yet(therapist_client, live, change):
    change(live("about", "Was"), title="About me")
    live("other", "Other")
    [panel] = [panel for panel in therapist_client.get("/admin/").context["panels"] if panel.title == "Pages"]
    assert [(item["title"], item["status"]) for item in panel.context["items"]] == [
        ("About me", "Live; 1 unpublished change")
    ]
    assert panel.context["more"] == 0


def test_the_editor_s_scripts_carry_the_nonce_of_the_policy(therapist_client, write):
    response = therapist_client.get(change_url(write("about")))
    nonce = re.search(r"'nonce-([^']+)'", response["Content-Security-Policy"])[1]
    assert f'<script type="importmap" nonce="{nonce}">' in response.content.decode()


@pytest.mark.parametrize("path", [LIST, f"{LIST}add/", f"{LIST}1/preview/"])
def test_an_anonymous_user_sees_the_sign_in_page(db, path):
    assert Client().get(path)["Location"] == f"/admin/login/?next={path}"


def test_the_second_of_two_tabs_shows_both_texts_and_loses_neither(live, send):
    page = live("about", "About me", "<p>Before.</p>")
    version = page.draft_version
    send(page, html="<p>From the first tab.</p>", version=version)

    response = send(page, html="<p>From the second tab.</p>", version=version, _publish="")

    html = response.content.decode()
    assert "This page was saved in another tab or by someone else" in html
    assert "From the first tab." in html.split("The version that was saved in the meantime")[1].split("</pre>")[0]
    assert "&lt;p&gt;From the second tab.&lt;/p&gt;" in html
    assert RichText.objects.get().html == "<p>From the first tab.</p>"
    assert Revision.objects.count() == 1


def test_saving_again_after_seeing_both_keeps_the_second(live, send):
    page = live("about", "About me", "<p>Before.</p>")
    version = page.draft_version
    send(page, html="<p>From the first tab.</p>", version=version)
    refused = send(page, html="<p>From the second tab.</p>", version=version)

    form = refused.context["adminform"].form
    send(page, html="<p>From the second tab.</p>", version=form["version"].value())
    assert RichText.objects.get().html == "<p>From the second tab.</p>"


def test_two_tabs_with_the_same_untouched_text_are_no_conflict(live, send):
    page = live("about", "About me", "<p>Before.</p>")
    version = page.draft_version
    for _ in range(2):
        assert "Draft of “About me” saved" in message_texts(send(page, html="<p>Before.</p>", version=version))[0]


def test_a_form_without_the_draft_s_version_is_refused(live, send):
    page = live("about", "About me", "<p>Before.</p>")

    assert "saved in another tab" in send(page, html="<p>New.</p>", version="").content.decode()


def test_text_for_a_block_deleted_elsewhere_becomes_a_new_block(live, send):
    page = live("about", "About me", "<p>Before.</p>")
    publishing.publish(page, user=None, now=NOW)
    first = form(page, html="<p>From this tab.</p>")
    RichText.objects.all().delete()
    page.count_change()
    refused = send(page, **first)
    assert "This page was saved in another tab" in refused.content.decode()
    send(page, **first | {"version": refused.context["adminform"].form["version"].value()})
    assert RichText.objects.get().html == "<p>From this tab.</p>"


def test_a_block_keeps_its_row_when_a_revision_is_restored(live, change):
    page = live("about", "About me", "<p>Before.</p>")
    row = RichText.objects.get()
    RichText.objects.update(html="<p>After.</p>")
    change(page, title="Changed")
    publishing.restore_revision(page.revisions.get(number=1), user=None, now=NOW)
    assert (RichText.objects.get().pk, RichText.objects.get().html) == (row.pk, "<p>Before.</p>")


def test_a_page_whose_address_became_reserved_can_still_be_saved(send, live):
    page = live("about", "About me")
    Page.objects.filter(pk=page.pk).update(slug="search")
    page.refresh_from_db()
    assert "saved" in message_texts(send(page, html="<p>New.</p>", _continue=""))[0]


def test_pictures_are_imported_only_for_users_who_may_change_the_page(client, live, django_user_model):
    page = live("about")
    client.force_login(django_user_model.objects.create_user("helper", password="x", is_staff=True))
    fields = {"pages_pictureblock_set-0-upload": io.BytesIO(picture_file())}
    for path in (change_url(page), f"{LIST}add/"):
        assert client.post(path, fields).status_code == 403
    assert Picture.objects.count() == 0
