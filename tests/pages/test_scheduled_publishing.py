"""A revision can go live later, and a publication can be undone."""

from datetime import UTC, datetime, timedelta

import pytest

from pages import publishing
from pages.models import Revision
from pages.publishing import PublishingError
from tests.pages.conftest import LATER, NOW, status

MONDAY = datetime(2026, 12, 7, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BEFORE = MONDAY - MINUTE


def live_number(page, now):
    return Revision.objects.public(now).filter(page=page).values_list("number", flat=True).first()


def schedule(page, at=MONDAY, now=NOW):
    return publishing.schedule(page, at=at, user=None, now=now)


def test_a_page_goes_live_at_its_moment_and_not_before(write):
    page = write("about")
    schedule(page)
    assert [live_number(page, now) for now in (NOW, BEFORE, MONDAY)] == [None, None, 1]


def test_status_says_when(write, change, time_machine):
    time_machine.move_to(NOW, tick=False)
    page = write("about")
    schedule(page)
    assert status(page, NOW) == "Goes live on Monday 7 December at 09:00"
    change(page, title="Changed")
    assert status(page, NOW) == "Goes live on Monday 7 December at 09:00; 1 unpublished change"
    assert status(page, MONDAY) == "Live; 1 unpublished change"


def test_status_of_a_live_page_says_both(live, change, time_machine):
    time_machine.move_to(NOW, tick=False)
    page = live("about")
    change(page, title="Changed")
    schedule(page, at=datetime(2027, 1, 4, 18, 30, tzinfo=UTC))
    assert status(page, NOW) == "Live; next revision goes live on Monday 4 January 2027 at 18:30"


def test_the_live_revision_stays_until_the_scheduled_one_begins(live, change):
    page = live("about")
    change(page, title="Changed")
    schedule(page, now=LATER)
    assert [live_number(page, now) for now in (NOW, LATER, BEFORE, MONDAY)] == [1, 1, 1, 2]


def test_scheduling_again_replaces_the_schedule(live, change):
    page = live("about")
    change(page, title="Changed")
    schedule(page, at=MONDAY)
    change(page, title="Changed again")
    schedule(page, at=MONDAY + 2 * MINUTE)
    assert [live_number(page, MONDAY + n * MINUTE) for n in (0, 1, 2)] == [1, 1, 3]


def test_unscheduling_keeps_the_live_revision(live, change):
    page = live("about")
    change(page, title="Changed")
    schedule(page)
    publishing.unschedule(page, now=LATER)
    assert [live_number(page, now) for now in (LATER, MONDAY)] == [1, 1]
    assert Revision.objects.get(page=page, number=1).live_until is None


def test_publishing_now_replaces_the_schedule(live, change):
    page = live("about")
    change(page, title="Changed")
    schedule(page)
    change(page, title="Changed again")
    publishing.publish(page, user=None, now=LATER)
    assert [live_number(page, now) for now in (NOW, LATER, MONDAY)] == [1, 3, 3]


def test_a_moment_that_has_passed_is_refused(write):
    page = write("about")
    with pytest.raises(PublishingError, match="That time has passed"):
        schedule(page, at=NOW)
    assert page.revisions.count() == 0


def test_a_publication_is_undone_for_ten_minutes(live, change):
    page = live("about", "First")
    change(page, title="Mistake")
    mistake = publishing.publish(page, user=None, now=LATER)
    publishing.undo(mistake, user=None, now=LATER + 10 * MINUTE)
    page.refresh_from_db()
    third = page.revisions.get(number=3)
    assert (third.source["title"], third.note, page.title) == ("First", "Revision 2 was undone", "Mistake")
    assert [live_number(page, LATER + n * MINUTE) for n in (-1, 0, 9, 10)] == [1, 2, 2, 3]
    assert status(page, LATER + 10 * MINUTE) == "Live; 1 unpublished change"


def test_undoing_the_first_publication_leaves_no_public_page(write):
    page = write("about")
    publishing.undo(publishing.publish(page, user=None, now=NOW), user=None, now=NOW + MINUTE)
    assert [live_number(page, NOW + n * MINUTE) for n in (0, 1)] == [1, None]


def test_undoing_a_schedule_keeps_the_live_revision(live, change):
    page = live("about")
    change(page, title="Changed")
    publishing.undo(schedule(page, now=LATER), user=None, now=LATER + MINUTE)
    assert [live_number(page, now) for now in (LATER, MONDAY)] == [1, 1]


@pytest.mark.parametrize("minutes", [10.1, 600])
def test_later_it_cannot_be_undone(live, change, minutes):
    page = live("about")
    change(page, title="Changed")
    revision = publishing.publish(page, user=None, now=LATER)
    with pytest.raises(PublishingError, match="can no longer be undone"):
        publishing.undo(revision, user=None, now=LATER + minutes * MINUTE)
    assert live_number(page, LATER + minutes * MINUTE) == 2


def test_it_is_undone_once(live, change):
    page = live("about")
    change(page, title="Changed")
    revision = publishing.publish(page, user=None, now=LATER)
    publishing.undo(revision, user=None, now=LATER + MINUTE)
    with pytest.raises(PublishingError, match="can no longer be undone"):
        publishing.undo(revision, user=None, now=LATER + 2 * MINUTE)


def test_undoing_a_publication_restores_the_schedule_it_replaced(live, change):
    page = live("about")
    change(page, title="For Monday")
    schedule(page)
    change(page, title="A mistake")
    mistake = publishing.publish(page, user=None, now=LATER)
    publishing.undo(mistake, user=None, now=LATER + MINUTE)
    assert [live_number(page, now) for now in (NOW, LATER, LATER + MINUTE, BEFORE, MONDAY)] == [1, 3, 4, 4, 2]


def test_undoing_a_later_schedule_restores_the_earlier_one(live, change):
    page = live("about")
    change(page, title="For Monday")
    schedule(page)
    change(page, title="For later")
    publishing.undo(schedule(page, at=MONDAY + MINUTE, now=LATER), user=None, now=LATER + MINUTE)
    assert [live_number(page, now) for now in (LATER + MINUTE, BEFORE, MONDAY, MONDAY + MINUTE)] == [1, 1, 2, 2]


def test_undoing_starts_a_schedule_that_passed_meanwhile(live, change):
    page = live("about")
    change(page, title="Soon")
    schedule(page, at=LATER + MINUTE)
    change(page, title="A mistake")
    mistake = publishing.publish(page, user=None, now=LATER)
    publishing.undo(mistake, user=None, now=LATER + 5 * MINUTE)
    assert page.revisions.get(number=4).source["title"] == "Soon"
    assert [live_number(page, LATER + n * MINUTE) for n in (0, 1, 4, 5)] == [3, 3, 3, 4]


def test_an_undo_cannot_be_undone(live, change):
    page = live("about")
    change(page, title="Changed")
    publishing.undo(publishing.publish(page, user=None, now=LATER), user=None, now=LATER)
    assert publishing.undoable_revision(page, LATER) is None
    with pytest.raises(PublishingError, match="can no longer be undone"):
        publishing.undo(page.revisions.get(number=3), user=None, now=LATER)


def test_restoring_a_revision_does_not_prevent_undo(live, change):
    page = live("about")
    change(page, title="A mistake")
    mistake = publishing.publish(page, user=None, now=LATER)
    publishing.restore_revision(page.revisions.get(number=1), user=None, now=LATER)
    publishing.undo(mistake, user=None, now=LATER + MINUTE)
    assert page.revisions.get(number=4).source["title"] == "A page"


def test_publishing_a_required_page_first_cannot_be_undone(write):
    page = write("privacy", "Privacy notice", role="privacy")
    revision = publishing.publish(page, user=None, now=NOW)
    with pytest.raises(PublishingError, match="The site needs"):
        publishing.undo(revision, user=None, now=NOW)
    assert live_number(page, NOW) == 1


def test_an_outdated_comparison_is_not_published(write, change):
    page = write("about")
    change(page, title="Saved meanwhile")
    for act in (publishing.publish, lambda page, **how: publishing.schedule(page, at=MONDAY, **how)):
        with pytest.raises(PublishingError, match="The draft has been saved since"):
            act(page, user=None, now=NOW, version=1)
    assert page.revisions.count() == 0
