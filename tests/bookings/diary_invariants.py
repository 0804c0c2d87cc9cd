"""What holds after every step of test_state_machine: the diary is right, and nobody is written to in vain."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import combinations

from django.core import mail

from bookings.models import Appointment, BookingSettings, Enquiry, Message, OccupiedCell
from bookings.scheduling.reminders import reminder_times
from practice.clock import LONDON

Status = Appointment.Status


class DiaryInvariants:
    """Compares the diary, the enquiries and the messages with what the machine knew before the step.

    The machine has `times`, `statuses` and `outbox` by primary key, the `addresses` that may be written to, what was
    `saved` in this step, the clock `now` and a Counter `came_about`.
    """

    def compare(self, *, is_refused):
        before = self.times, self.statuses, self.outbox
        self.times = {one.pk: one for one in Appointment.objects.all()}
        self.statuses = dict(Enquiry.objects.values_list("pk", "status"))
        self.outbox = {one.pk: one for one in Message.objects.all()}
        if is_refused:
            assert [set(each) for each in before] == [set(self.times), set(self.statuses), set(self.outbox)]
            assert [told(one) for one in before[0].values()] == [told(one) for one in self.times.values()]
            assert before[1] == self.statuses
        else:
            self.expect_allowed_transitions(*before[:2])
        self.expect_the_same_appointments(before[0])
        self.expect_cells()
        self.expect_nothing_open_where_all_is_over()
        self.expect_one_message_about_each_thing()
        self.expect_reminders()
        self.expect_nobody_was_written_to_in_vain(before[2])

    def expect_allowed_transitions(self, times, statuses):
        """Each that was saved, and none that was made past saving."""
        known = {(Appointment, pk): one.status for pk, one in times.items()}
        known |= {(Enquiry, pk): status for pk, status in statuses.items()}
        for model, pk, status in self.saved:
            was = known.get((model, pk), status)
            assert status == was or status in model.TRANSITIONS[was], (model, was, status)
            known[model, pk] = status
        for pk, one in self.times.items():
            assert one.status == known[Appointment, pk]
        for pk, status in self.statuses.items():
            if (Enquiry, pk) in known:
                assert status == known[Enquiry, pk]
            else:  # inserted without a signal
                assert status in (Enquiry.Status.WAITING, Enquiry.Status.SET_ASIDE)

    def expect_the_same_appointments(self, before):
        for pk in set(before) & set(self.times):
            one, other = before[pk], self.times[pk]
            assert one.uid == other.uid
            assert one.enquiry_id == other.enquiry_id
            assert one.sequence <= other.sequence
            if one.sequence == other.sequence:
                assert when_and_where(one) == when_and_where(other)

    def expect_cells(self):
        """Those of what is offered, booked or over; counted here in minutes."""
        holding = [one for one in self.times.values() if one.status in Appointment.HOLDING]
        owners = {}
        for one in holding:
            at, until = taken(one)
            while at < until:
                assert at not in owners, "two at one time"
                owners[at] = one.pk
                at += timedelta(minutes=5)
        epoch = datetime(1970, 1, 1, tzinfo=UTC)
        kept = OccupiedCell.objects.values_list("number", "appointment")
        assert {epoch + timedelta(minutes=5 * number): pk for number, pk in kept} == owners
        assert len(kept) == len(owners)
        for one, other in combinations(holding, 2):
            (begins, ends), (starts, stops) = taken(one), taken(other)
            assert ends <= starts or stops <= begins

    def expect_nothing_open_where_all_is_over(self):
        """Who was set aside on arrival keeps what they asked for: it may be a person after all."""
        for one in self.times.values():
            enquiry = self.statuses[one.enquiry_id]
            if enquiry in (Enquiry.Status.CLOSED, Enquiry.Status.SET_ASIDE):
                assert one.status != Status.PROPOSED
                assert one.status != Status.PENDING or enquiry == Enquiry.Status.SET_ASIDE
                assert one.status != Status.BOOKED or one.starts_at <= self.now

    def expect_one_message_about_each_thing(self):
        things = Counter(
            (one.kind, one.enquiry_id, one.appointment_id, one.reply_id, one.about) for one in self.outbox.values()
        )
        assert not things or max(things.values()) == 1

    def expect_reminders(self):
        """Of what is to come, for whoever may be reminded."""
        rules = BookingSettings.objects.get()
        for one in self.times.values():
            hours = [rules.remind_hours, rules.remind_again_hours]
            coming = reminder_times(one.starts_at, hours, rules.quiet_from, rules.quiet_until, self.now)
            if one.status == Status.BOOKED and self.addresses[one.enquiry_id]:
                about = {f"{one.sequence}:{at:%Y-%m-%dT%H:%M}" for at in coming}
                assert about <= {
                    other.about
                    for other in self.outbox.values()
                    if other.kind == "remind" and other.appointment_id == one.pk
                }

    def expect_nobody_was_written_to_in_vain(self, before):
        addresses = [address for message in mail.outbox for address in message.to]
        allowed = {self.addresses[pk] for pk in self.statuses} - {""}  # of those who are not erased
        assert set(addresses) <= allowed | {"therapist@localhost"}
        sent = [one for one in self.outbox.values() if one.sent_at == self.now and not was_sent(one, before)]
        assert len(sent) == len(mail.outbox)
        for one in sent:
            if one.kind in ("remind", "confirm", "cancelled"):
                [message] = [each for each in mail.outbox if each.extra_headers["Message-ID"] == one.message_id]
                self.expect_it_is_so(one, message.body)
        mail.outbox.clear()

    def expect_it_is_so(self, message, words):
        self.came_about[message.kind] += 1
        appointment = self.times[message.appointment_id]
        assert message.about.startswith(f"{appointment.sequence}:")
        said = appointment.starts_at.astimezone(LONDON)
        assert f"{said:%A %-d %B}" in words
        assert f", {said:%H:%M}" in words
        if message.kind == "cancelled":
            assert appointment.status == Status.CANCELLED
        elif message.kind == "confirm":
            assert appointment.status in (Status.BOOKED, *Appointment.OVER)
        else:
            assert appointment.status == Status.BOOKED
            assert appointment.starts_at > self.now


def taken(appointment):
    before, after = (timedelta(minutes=one) for one in (appointment.minutes_before, appointment.minutes_after))
    return appointment.starts_at - before, appointment.ends_at + after


def when_and_where(appointment):
    return appointment.starts_at, appointment.ends_at, appointment.location_id


def told(appointment):
    return appointment.pk, appointment.status, appointment.sequence, *when_and_where(appointment)


def was_sent(message, before):
    known = before.get(message.pk)
    return known is not None and known.sent_at is not None
