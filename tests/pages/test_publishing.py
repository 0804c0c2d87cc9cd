from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from pages import publishing
from pages.models import Page, Revision
from tests.pages.conftest import LATER, NOW, status


def revisions(page):
    return list(page.revisions.order_by("number").values_list("number", "live_from", "live_until"))


def test_publishing_ends_the_revision_before(write, change):
    page = write("about")
    publishing.publish(page, user=None, now=NOW)
    change(page, title="New")
    publishing.publish(page, user=None, now=LATER)
    assert revisions(page) == [(1, NOW, LATER), (2, LATER, None)]


def test_a_revision_records_user_time_and_note(write, therapist):
    revision = publishing.publish(write("about"), user=therapist, now=NOW, note="First")
    stored = Revision.objects.get()
    assert stored == revision
    assert (stored.user, stored.created_at, stored.note, stored.draft_version, stored.schema) == (
        therapist,
        NOW,
        "First",
        1,
        1,
    )
    assert stored.text == "A page\nSome text."


def test_pressing_publish_twice_makes_one_revision(write):
    page = write("about")
    first = publishing.publish(page, user=None, now=NOW)
    assert publishing.publish(page, user=None, now=LATER) == first
    assert revisions(page) == [(1, NOW, None)]


def test_revision_numbers_continue_after_unpublishing(write, change):
    page = write("about")
    publishing.publish(page, user=None, now=NOW)
    publishing.unpublish(page, now=NOW)
    assert publishing.publish(page, user=None, now=LATER).number == 2


def test_publishing_cancels_a_scheduled_revision(write):
    page = write("about")
    publishing.publish(page, user=None, now=NOW)
    coming = LATER + timedelta(days=7)
    Revision.objects.update(live_until=coming)
    Revision.objects.create(page=page, number=2, source={}, schema=1, draft_version=1, created_at=NOW, live_from=coming)
    publishing.publish(page, user=None, now=LATER)
    assert revisions(page) == [(1, NOW, LATER), (2, coming, coming), (3, LATER, None)]


@pytest.mark.parametrize(
    "second",
    [
        {"number": 2, "live_until": None},  # a second open revision
        {"number": 1, "live_until": LATER},  # a number used before
        {"number": 2, "live_until": NOW - timedelta(days=1)},  # over before it begins
    ],
)
def test_the_database_refuses_a_revision_that_breaks_the_rules(live, second):
    page = live("about")
    with pytest.raises(IntegrityError), transaction.atomic():
        Revision.objects.create(
            page=page, source={}, schema=1, draft_version=1, created_at=NOW, live_from=NOW, **second
        )


@pytest.mark.django_db(transaction=True)
def test_concurrent_publishing_leaves_one_open_revision(write):
    page = write("about")

    def publish_a_change(number):
        try:
            page.count_change()
            publishing.publish(page, user=None, now=NOW + timedelta(seconds=number))
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(publish_a_change, range(16)))
    numbers = list(page.revisions.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert page.revisions.filter(live_until=None).count() == 1


def test_status_is_described(write, change):
    page = write("about")
    statuses = [status(page, now=NOW)]
    publishing.publish(page, user=None, now=NOW)
    statuses.append(status(page, now=NOW))
    change(page, title="B")
    statuses.append(status(page, now=NOW))
    change(page, title="C")
    statuses.append(status(page, now=NOW))
    publishing.unpublish(page, now=NOW)
    statuses.append(status(page, now=NOW))
    publishing.remove(page, now=NOW)
    statuses.append(status(page, now=NOW))
    assert statuses == [
        "Draft, never published",
        "Live",
        "Live; 1 unpublished change",
        "Live; 2 unpublished changes",
        "Unpublished draft",
        "Removed",
    ]


def test_a_page_with_others_below_it_is_not_removed(live):
    above = live("addictions", "Addictions")
    live("ketamine", "Ketamine", parent=above)
    with pytest.raises(publishing.PublishingError, match="“Ketamine” is below this page"):
        publishing.remove(above, now=NOW)
    assert Page.objects.not_removed().count() == 2


@pytest.mark.parametrize("act", [publishing.remove, publishing.unpublish])
def test_a_required_page_cannot_be_removed(live, act):
    page = live("privacy", role="privacy")
    with pytest.raises(publishing.PublishingError, match="The site needs"):
        act(page, now=LATER)
    assert revisions(page) == [(1, NOW, None)]


def test_a_restored_page_is_a_draft_at_its_old_address(live):
    page = live("about")
    publishing.remove(page, now=NOW)
    publishing.restore(page)
    assert status(page, now=LATER) == "Unpublished draft"
    assert Page.objects.with_path().get().path == "/about/"


def test_a_page_is_not_restored_over_another(live):
    page = live("about", "Old")
    publishing.remove(page, now=NOW)
    live("about", "New")
    with pytest.raises(publishing.PublishingError, match="“New” now has its web address"):
        publishing.restore(page)


def test_a_page_is_not_restored_below_a_removed_one(live):
    above = live("addictions", "Addictions")
    page = live("ketamine", parent=above)
    publishing.remove(page, now=NOW)
    publishing.remove(above, now=NOW)
    with pytest.raises(publishing.PublishingError, match="“Addictions” has been removed"):
        publishing.restore(page)


def test_a_removed_page_is_not_published(live):
    page = live("about")
    publishing.remove(page, now=NOW)
    with pytest.raises(publishing.PublishingError, match="Restore it before"):
        publishing.publish(page, user=None, now=LATER)


def test_an_enquiry_records_the_revision_of_the_privacy_notice(live, change):
    assert publishing.privacy_notice_version() == ""
    page = live("privacy", role="privacy")
    change(page, title="New notice")
    publishing.publish(page, user=None, now=LATER)
    with time_machine.travel(LATER, tick=False):
        assert publishing.privacy_notice_version() == "revision 2"
