"""The screen before publishing shows the changes and the findings, and asks when to publish."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pages.admin import texts
from pages.models import DismissedFinding, PictureBlock, Revision, RichText
from pages.pictures import import_picture
from practice.models import Fee
from tests.pages.conftest import NOW, status
from tests.pages.editor_posts import change_url, form, message_texts, publish, url
from tests.pages.picture_files import picture_file

CLAIM = "<p>I guarantee that you will be cured.</p>"
MONDAY = datetime(2026, 12, 7, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


def words(response):
    return " ".join(response.content.decode().split())


def live_number(page, now=NOW):
    return Revision.objects.public(now).filter(page=page).values_list("number", flat=True).first()


def test_the_screen_shows_changed_words_beside_the_live_text(live, change, therapist_client):
    page = live("about", "About me", "<p>I have a room in Harley Street.</p>")
    RichText.objects.update(html="<p>I have a quiet room in Harley Street.</p>")
    change(page)
    html = words(therapist_client.get(url(page, "publish")))
    assert "Live now" in html
    assert "After publishing" in html
    assert re.findall(r"<ins>(.*?)</ins>", html) == ["quiet"]
    assert Revision.objects.count() == 1


def test_the_note_is_kept_with_the_revision(write, therapist_client, therapist):
    page = write("about", "About me")
    publish(therapist_client, page, note="After the talk with Anna")
    revision = Revision.objects.get()
    assert (revision.note, revision.user) == ("After the talk with Anna", therapist)
    assert "After the talk with Anna" in words(therapist_client.get(url(page, "revisions")))


def test_a_page_is_published_on_a_day_in_london(write, therapist_client):
    page = write("about", "About me")
    answer = publish(therapist_client, page, when="later", at="2026-12-07T09:00")
    assert message_texts(answer) == [texts.SCHEDULED.format(page="About me", moment="Monday 7 December at 09:00")]
    assert [live_number(page, now) for now in (MONDAY - timedelta(seconds=1), MONDAY)] == [None, 1]
    assert "A revision is scheduled to go live on Monday 7 December 2026 at 09:00, London time." in words(answer)


def test_summer_time_is_london_s(write, therapist_client):
    page = write("about", "About me")
    publish(therapist_client, page, when="later", at="2027-07-05T09:00")
    assert Revision.objects.get().live_from == datetime(2027, 7, 5, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"when": "later", "at": ""}, "Enter the day and time when visitors should see it."),
        ({"when": "later", "at": "soon"}, "Enter a day and a time, such as 07/12/2026 09:00."),
        ({"when": "later", "at": "2026-11-01T09:00"}, "That time has passed."),
        ({"when": "later", "at": "2027-03-28T01:30"}, "falls in the hour when the clocks change"),
        ({"at": "2026-12-07T09:00"}, "You entered a day, but chose “Now”. Which do you mean?"),
        ({"when": ""}, "Choose when visitors should see it."),
        ({"when": "someday"}, "Select one of the options."),
        ({"note": "x" * 201}, "Use 200 characters at most."),
    ],
)
def test_invalid_input_is_reported_and_nothing_is_published(write, therapist_client, fields, says):
    page = write("about", "About me")
    assert says in words(publish(therapist_client, page, **fields)).replace("&#x27;", "’")
    assert Revision.objects.count() == 0


def test_a_draft_saved_meanwhile_is_compared_again_before_publishing(write, therapist_client):
    page = write("about", "About me")
    therapist_client.post(change_url(page), form(page, html="<p>From another tab.</p>"))
    answer = publish(therapist_client, page, version=1)
    assert (
        message_texts(answer)[-1]
        == "The draft has been saved since you opened this screen. This is how it compares now."
    )
    assert Revision.objects.count() == 0


def test_publishing_can_be_undone_for_ten_minutes(live, therapist_client, client, time_machine):
    page = live("about", "About me", "<p>Right.</p>", now=NOW - timedelta(days=1))
    therapist_client.post(change_url(page), form(page, html="<p>A mistake.</p>"))
    response = publish(therapist_client, page)
    assert "A mistake." in client.get("/about/").content.decode()
    [undo] = re.findall(r'action="([^"]+/undo/)"', response.content.decode())
    time_machine.move_to(NOW + timedelta(minutes=9), tick=False)
    answer = therapist_client.post(undo, follow=True)
    assert message_texts(answer)[-1] == "Undone: visitors see what they saw before. Your draft is unchanged."
    assert "<p>Right.</p>" in client.get("/about/").content.decode()
    assert RichText.objects.get().html == "<p>A mistake.</p>"


def test_undo_is_not_offered_after_ten_minutes(live, therapist_client, time_machine):
    page = live("about")
    time_machine.move_to(NOW + timedelta(minutes=10, seconds=1), tick=False)
    assert "/undo/" not in therapist_client.get(change_url(page)).content.decode()
    assert (
        "can no longer be undone"
        in message_texts(therapist_client.post(url(page, "revisions", 1, "undo"), follow=True))[0]
    )


def test_a_schedule_is_cancelled_with_one_click(live, change, therapist_client):
    page = live("about")
    change(page, title="Changed")
    publish(therapist_client, page, when="later", at="2026-12-07T09:00")
    therapist_client.post(url(page, "unschedule"))
    assert status(page, NOW) == "Live; 1 unpublished change"
    assert live_number(page, MONDAY) == 1


def test_a_claim_is_shown_with_its_reason_source_and_a_link_to_its_block(write, therapist_client):
    page = write("about", "About me", CLAIM)
    html = words(therapist_client.get(url(page, "publish")))
    assert "guarantee" in html
    assert re.search(r'<a href="https://www\.(asa|legislation)\.(org|gov)\.uk[^"]*" rel="noopener noreferrer">', html)
    assert f'<a href="{change_url(page)}#pages_richtext_set-0">Go to it in the editor</a>' in html
    assert 'class="checks' in words(therapist_client.get(change_url(page))).replace("notice checks", "checks")


def finding_keys(client, page, rule):
    """Return the keys of the findings of rules whose names begin so."""
    findings = client.get(url(page, "publish")).context["findings"]
    return [entry["finding"].key for entry in findings if entry["finding"].rule.startswith(rule)]


def test_a_dismissed_warning_and_its_note_are_stored_with_the_revision(write, therapist_client):
    page = write("about", "About me", "<p>I guarantee that you will hear from me within a day.</p>")
    [key] = finding_keys(therapist_client, page, "claim")
    answer = {"note": "It is about my reply, not about health.", "link": "", "checked_on": "2026-11-02"}
    html = words(therapist_client.post(url(page, "findings", key, "dismiss"), answer, follow=True))
    assert "Your reason: It is about my reply, not about health." in html
    publish(therapist_client, page)
    [dismissal] = Revision.objects.get().dismissals
    assert (dismissal["note"], dismissal["checked_on"]) == (answer["note"], "2026-11-02")
    assert "It is about my reply" in words(therapist_client.get(url(page, "revisions")))


def test_a_finding_cannot_be_dismissed_without_a_reason(write, therapist_client):
    page = write("about", "About me", CLAIM)
    key = finding_keys(therapist_client, page, "claim")[0]
    response = therapist_client.post(
        url(page, "findings", key, "dismiss"), {"note": "", "checked_on": "2026-11-02"}, follow=True
    )
    assert message_texts(response) == ["Your reason was not saved: Say why it may stay."]
    assert DismissedFinding.objects.count() == 0


def test_a_dismissal_ends_when_the_text_changes(write, therapist_client):
    page = write("about", "About me", CLAIM)
    for key in finding_keys(therapist_client, page, "claim"):
        therapist_client.post(url(page, "findings", key, "dismiss"), {"note": "n", "checked_on": "2026-11-02"})
    RichText.objects.update(html="<p>I guarantee that everybody will be cured.</p>")
    assert next(entry["dismissal"] for entry in therapist_client.get(url(page, "publish")).context["findings"]) is None


def test_dismissing_an_unknown_finding_is_not_found(write, therapist_client):
    page = write("about", "About me")
    answer = {"note": "n", "checked_on": "2026-11-02"}
    assert therapist_client.post(url(page, "findings", "no-such-key", "dismiss"), answer).status_code == 404


def test_a_wrong_fee_can_be_replaced_by_the_fact(write, therapist_client, client):
    fee = Fee.objects.get(name="Private session")
    fee.pence = 9000
    fee.save()
    page = write("about", "About me", "<p>A private session costs £80.</p>")
    [key] = finding_keys(therapist_client, page, "fact")
    html = words(therapist_client.get(url(page, "publish")))
    assert "Use the fact instead: £90" in html
    therapist_client.post(url(page, "facts", key))
    assert RichText.objects.get().html == f'<p>A private session costs <a href="fact:fee-{fee.pk}">£90</a>.</p>'
    publish(therapist_client, page)
    assert "<p>A private session costs £90.</p>" in client.get("/about/").content.decode()
    assert finding_keys(therapist_client, page, "fact") == []


def test_a_picture_without_alternative_text_prevents_publishing(write, therapist_client):
    page = write("about", "About me")
    picture = import_picture(picture_file(), "door.jpg")
    block = PictureBlock.objects.create(parent=page, region="main", ordering=20, picture=picture)
    html = words(therapist_client.get(url(page, "publish")))
    assert '<button class="default">Publish</button>' not in html
    assert f"{change_url(page)}#pages_pictureblock_set-0" in html
    assert "This page cannot be published yet." in message_texts(publish(therapist_client, page))[0]
    assert Revision.objects.count() == 0
    block.decorative = True
    block.save()
    publish(therapist_client, page)
    assert live_number(page) == 1


def test_the_search_result_is_previewed(write, therapist_client):
    page = write("about", "About me", description="What happens in a first conversation.")
    html = words(therapist_client.get(url(page, "publish")))
    assert '<p class="title">About me | Addiction Therapist London</p>' in html
    assert "<p>What happens in a first conversation.</p>" in html


def test_staff_without_permission_cannot_change_anything(write, client, django_user_model):
    page = write("about", "About me")
    client.force_login(django_user_model.objects.create_user("helper", password="x", is_staff=True))
    for parts in (
        ["publish"],
        ["unschedule"],
        ["share"],
        ["revisions", 1, "undo"],
        ["facts", "k"],
        ["findings", "k", "dismiss"],
    ):
        assert client.post(url(page, *parts)).status_code == 403


def test_the_screen_takes_as_many_queries_on_a_large_site(live, write, therapist_client):
    def queries(page):
        with CaptureQueriesContext(connection) as captured:
            therapist_client.get(url(page, "publish"))
        return len(captured)

    page = write("about", "About me")
    live("page")
    alone = queries(page)
    for number in range(20):
        live(f"page-{number}")
    assert queries(page) == alone
