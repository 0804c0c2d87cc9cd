from datetime import timedelta

from bookings import private_page_acts
from bookings.models import Enquiry, Message
from bookings.reply_deadline import ReplyPolicy
from tests.bookings.conftest import NOW
from tests.bookings.views.private_page.helpers import page_text, post, private_path, reload

SECOND = timedelta(seconds=1)


def pause_and_ask(enquiry, count):
    """Pause the request and ask for days again in turn, once a second."""
    path, answers = private_path(enquiry), []
    for number in range(count):
        act, data = ("times/", {"days": ["0"], "parts": ["morning"]}) if number % 2 else ("pause/", {})
        answers.append(post(f"{path}{act}", data, NOW + number * SECOND))
    return answers


def notices(enquiry):
    return [notice.due_at - NOW for notice in Message.objects.filter(enquiry=enquiry, kind="tell_change")]


def test_acts_in_a_row_make_one_notice_at_once_and_one_ten_minutes_later(make_enquiry):
    enquiry = make_enquiry()
    pause_and_ask(enquiry, 80)

    assert notices(enquiry) == [timedelta(0), timedelta(minutes=10)]


def test_a_later_change_is_told_at_once(make_enquiry):
    enquiry = make_enquiry()
    private_page_acts.pause(enquiry, NOW)
    private_page_acts.request_other_slots(
        enquiry, [], days=[0], parts=["morning"], policy=ReplyPolicy(1), now=NOW + timedelta(hours=1)
    )

    assert notices(enquiry) == [timedelta(0), timedelta(hours=1)]


def test_after_twenty_acts_in_an_hour_another_waits(make_enquiry):
    enquiry, other = make_enquiry(), make_enquiry()
    answers = pause_and_ask(enquiry, 30)
    before = reload(enquiry).status

    assert [answer.status_code for answer in answers] == [302] * 20 + [429] * 10
    assert "Too many changes to this request were sent within an hour" in page_text(answers[-1])
    assert Enquiry.objects.get(pk=enquiry.pk).status == before == "waiting"
    assert post(f"{private_path(other)}pause/").status_code == 302
    assert post(f"{private_path(enquiry)}pause/", moment=NOW + timedelta(minutes=61)).status_code == 302
    assert reload(enquiry).status == "paused"


def test_a_refused_choice_is_shown_again(make_enquiry):
    enquiry = make_enquiry()
    pause_and_ask(enquiry, 20)
    answer = post(f"{private_path(enquiry)}times/", {"days": ["3"], "parts": ["evening"]}, NOW + timedelta(minutes=1))

    assert answer.status_code == 429
    assert answer.context["form"]["days"].value() == ["3"]
