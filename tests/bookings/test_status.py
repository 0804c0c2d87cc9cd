"""The status of an enquiry and an appointment changes in one module alone, along the tables of transitions."""

import ast
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bookings import appointments
from bookings.actor import Actor, ActorRole
from bookings.exceptions import NotAllowed
from bookings.models import Appointment, Enquiry
from bookings.slot import Slot
from bookings.status import change_appointment_status, change_enquiry_status
from tests.bookings.conftest import NOW

BOOKINGS = Path(__file__).resolve().parents[2] / "bookings"
TEN = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)
Status = Appointment.Status


def sets_status(node):
    """Whether the node assigns an attribute called status of anything but self, or writes such a column."""
    match node:
        case ast.Attribute(attr="status", ctx=ast.Store(), value=value):
            return not (isinstance(value, ast.Name) and value.id == "self")
        case ast.Call(func=ast.Attribute(attr="update" | "update_or_create"), keywords=keywords):
            return any(keyword.arg == "status" for keyword in keywords)
        case ast.Call(func=ast.Name(id="setattr"), args=[_, ast.Constant(value="status"), _]):
            return True
    return False


def test_no_other_module_sets_a_status():
    setters = [
        str(path.relative_to(BOOKINGS))
        for path in sorted(BOOKINGS.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if sets_status(node)
    ]
    assert setters == ["status.py", "status.py"]


@pytest.mark.parametrize(
    "code", ["one.status = 1", "a, one.status = 1, 2", "rows.update(status=1)", "setattr(one, 'status', 1)"]
)
def test_every_way_to_set_a_status_is_found(code):
    assert any(sets_status(node) for node in ast.walk(ast.parse(code)))


@pytest.mark.parametrize("start", Status)
@pytest.mark.parametrize("status", Status)
def test_an_appointment_changes_along_the_table_alone(make_enquiry, actor, harley_street, start, status):
    appointment = appointments.book_agreed(make_enquiry(), Slot(TEN, harley_street), NOW, actor=actor)
    Appointment.objects.update(status=start)
    appointment.refresh_from_db()

    if status in Appointment.TRANSITIONS[start]:
        change_appointment_status(appointment, status, actor, NOW)
        appointment.refresh_from_db()
        assert appointment.status == status
        assert appointment.cancelled_by == (ActorRole.THERAPIST if status == Status.CANCELLED else "")
    else:
        with pytest.raises(NotAllowed):
            change_appointment_status(appointment, status, actor, NOW)
        assert Appointment.objects.get().status == start


@pytest.mark.parametrize("changed_by", [Actor.PERSON, Actor.SYSTEM])
def test_the_history_says_who_changed_an_enquiry(make_enquiry, changed_by):
    enquiry = make_enquiry()
    change_enquiry_status(enquiry, Enquiry.Status.ANSWERED, changed_by, NOW)

    event = enquiry.events.get(kind="moved")
    assert (event.role, event.user) == (changed_by.role, None)
