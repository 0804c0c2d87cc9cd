"""Somebody who has erased their request stays erased, also after a backup of before is restored."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.utils import timezone

from bookings import people, private_page_acts, retention
from bookings.models import Appointment, Enquiry, Message, Person
from practice.backups import erasures
from practice.backups.errors import BackupError
from practice.models import Erasure
from tests.bookings.backups.helpers import make, restore, wipe
from tests.bookings.conftest import NOW

DAY = timedelta(days=1)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def two_people(therapist, make_enquiry):
    return make_enquiry(NOW, name="Zoë"), make_enquiry(NOW, name="Ann", email="ann@example.org")


@pytest.fixture
def restore_by_command(tmp_path, key_file):
    """Writes the backup into a folder of its own and returns what the command says."""

    def run(content, **options):
        path = tmp_path / "elsewhere" / "the backup"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        stdout = StringIO()
        call_command("restore", path, key=key_file, stdout=stdout, no_color=True, **options)
        return stdout.getvalue()

    return run


def names():
    return sorted(enquiry.person.name for enquiry in Enquiry.objects.all())


def test_an_erasure_since_the_backup_is_repeated(two_people):
    zoe, _ = two_people
    content, _ = make()
    private_page_acts.erase(zoe, NOW)

    restored = restore(content, is_over=True)

    assert restored.erased_again == 1
    assert names() == ["Ann"]
    assert sorted(person.name for person in Person.objects.all()) == ["Ann"]
    assert not Message.objects.filter(enquiry__reference=zoe.reference).exists()


def test_a_second_restore_still_knows_it(two_people):
    content, _ = make()
    private_page_acts.erase(two_people[0], NOW)
    restore(content, is_over=True)
    assert restore(content, is_over=True).erased_again == 1
    assert names() == ["Ann"]


def test_what_was_booked_before_the_backup_is_gone_too(two_people, private, harley_street):
    """They cancelled after the backup, then erased; in the backup the time is still theirs."""
    zoe, _ = two_people
    now = timezone.now()
    slot = {"starts_at": now + DAY, "ends_at": now + DAY + timedelta(hours=1)}
    book(zoe, private, harley_street, slot, now)
    content, _ = make()
    Appointment.objects.update(status=Appointment.Status.CANCELLED)
    people.erase_enquiries(Enquiry.objects.filter(pk=zoe.pk), now)
    before = set(Message.objects.values_list("kind", "about"))

    restored = restore(content, is_over=True)

    assert restored.erased_again == 1
    assert names() == ["Ann"]
    assert not Appointment.objects.exists()
    assert {(kind, about) for kind, about in Message.objects.values_list("kind", "about")} <= before


def book(enquiry, appointment_type, location, slot, now):
    Appointment.objects.create(
        person=enquiry.person,
        enquiry=enquiry,
        appointment_type=appointment_type,
        location=location,
        status=Appointment.Status.BOOKED,
        made_at=now,
        **slot,
    )


def test_a_lost_database_is_made_up_for_by_the_file_beside_the_backups(two_people, backup_folder, restore_by_command):
    content, _ = make()
    private_page_acts.erase(two_people[0], NOW)
    erasures.copy_to_file(backup_folder, timezone.now())
    wipe()

    assert "now erased again: 1." in restore_by_command(content)
    assert names() == ["Ann"]
    assert Erasure.objects.count() == 1


def test_a_list_that_lies_beside_the_backup_is_read_too(two_people, tmp_path, restore_by_command):
    content, _ = make()
    private_page_acts.erase(two_people[0], NOW)
    erasures.copy_to_file(tmp_path / "elsewhere", timezone.now())
    wipe()

    assert "now erased again: 1." in restore_by_command(content)
    assert names() == ["Ann"]


def test_without_any_list_it_says_so(two_people, restore_by_command):
    """The tables of a new machine remember nothing, though they are there."""
    content, _ = make()
    private_page_acts.erase(two_people[0], NOW)
    wipe()

    assert "No list of erasures was found" in restore_by_command(content)
    assert names() == ["Ann", "Zoë"]


def test_of_a_backup_that_is_too_old_it_says_that_the_list_is_not_complete(two_people, restore_by_command):
    content, _ = make()
    assert "older than 30 days" not in restore_by_command(content, over=True)
    late = datetime.now(UTC) + 31 * DAY
    with time_machine.travel(late):
        assert "older than 30 days" in restore_by_command(content, over=True)


def test_a_list_that_is_damaged_changes_nothing(two_people, backup_folder, restore_by_command):
    content, _ = make()
    private_page_acts.erase(two_people[0], NOW)
    erasures.copy_to_file(backup_folder, timezone.now())
    path = backup_folder / erasures.FILE_NAME
    for line in (b"2026-11-24 only half", b"nonsense\n", b"\xff\xfe a\n", b"yesterday abc\n"):
        path.write_bytes(b"2026-11-24T12:00:00+00:00 abc\n" + line)
        with pytest.raises(CommandError, match="Line 2 of the list of erasures"):
            restore_by_command(content, over=True)
        with pytest.raises(BackupError):
            erasures.copy_to_file(backup_folder, timezone.now())
        assert path.read_bytes().endswith(line)
    assert names() == ["Ann"]


def test_an_erasure_that_fails_undoes_the_whole_restore(two_people, settings):
    content, _ = make()
    private_page_acts.erase(two_people[0], NOW)
    settings.ERASE_AGAIN = "tests.bookings.backups.test_erasures.fail"

    with pytest.raises(ZeroDivisionError):
        restore(content, is_over=True)
    assert names() == ["Ann"]
    assert Erasure.objects.count() == 1


def fail(digests, now):
    raise ZeroDivisionError


def test_the_list_says_nothing_about_anybody(two_people, backup_folder):
    zoe, ann = two_people
    references = [zoe.reference, ann.reference]
    people.erase_enquiries(Enquiry.objects.all(), NOW)
    erasures.copy_to_file(backup_folder, NOW)

    lines = (backup_folder / erasures.FILE_NAME).read_text().splitlines()
    assert [line.split()[0] for line in lines] == [NOW.isoformat()] * 2
    assert all(len(line.split()[1]) == 64 for line in lines)
    assert not any(word in "\n".join(lines) for word in [*references, "Zoë", "example.org"])
    assert (backup_folder / erasures.FILE_NAME).stat().st_mode & 0o077 == 0


def test_it_is_recognised_with_another_field_key(two_people, settings):
    content, _ = make()
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]
    call_command("rotate_field_key", stdout=StringIO())
    people.erase_enquiries(Enquiry.objects.filter(pk=two_people[0].pk), NOW)

    assert restore(content, is_over=True).erased_again == 1
    assert names() == ["Ann"]


def test_the_list_is_kept_for_a_day_longer_than_backups(two_people, backup_folder):
    people.erase_enquiries(Enquiry.objects.all(), NOW)
    erasures.copy_to_file(backup_folder, NOW)
    erasures.forget_old(NOW + 31 * DAY)
    assert Erasure.objects.count() == 2
    erasures.forget_old(NOW + 31 * DAY + timedelta(seconds=1))
    assert not Erasure.objects.exists()

    path = backup_folder / erasures.FILE_NAME
    erasures.copy_to_file(backup_folder, NOW + 31 * DAY)
    assert len(path.read_text().splitlines()) == 2
    erasures.copy_to_file(backup_folder, NOW + 32 * DAY)
    assert path.read_text() == ""


def test_a_wrong_clock_takes_nothing_out_that_the_database_remembers(two_people, backup_folder):
    people.erase_enquiries(Enquiry.objects.all(), NOW)
    erasures.copy_to_file(backup_folder, NOW + 400 * DAY)
    assert len((backup_folder / erasures.FILE_NAME).read_text().splitlines()) == 2


def test_a_moment_without_a_zone_in_the_file_is_understood(db, backup_folder):
    backup_folder.mkdir()
    (backup_folder / erasures.FILE_NAME).write_text(f"{NOW:%Y-%m-%dT%H:%M:%S} abc\n")
    Erasure.objects.create(digest="def", at=NOW)
    erasures.copy_to_file(backup_folder, NOW)
    lines = [f"{NOW.isoformat()} {digest}\n" for digest in ("abc", "def")]
    assert (backup_folder / erasures.FILE_NAME).read_text() == "".join(lines)


def test_what_the_file_knows_already_is_kept(two_people, backup_folder):
    zoe, ann = two_people
    people.erase_enquiries(Enquiry.objects.filter(pk=zoe.pk), NOW)
    erasures.copy_to_file(backup_folder, NOW)
    Erasure.objects.all().delete()
    people.erase_enquiries(Enquiry.objects.filter(pk=ann.pk), NOW)
    erasures.copy_to_file(backup_folder, NOW)
    assert len((backup_folder / erasures.FILE_NAME).read_text().splitlines()) == 2


def test_the_therapists_own_deletion_and_the_end_of_a_time_are_remembered_too(two_people, therapist_client):
    zoe, ann = two_people
    therapist_client.post(f"/admin/bookings/enquiry/{zoe.pk}/delete/", {"post": "yes", "told": "on"})
    assert names() == ["Ann"]
    Enquiry.objects.filter(pk=ann.pk).update(keep_until=(NOW - DAY).date())
    retention.erase_expired(NOW)
    assert {row.digest for row in Erasure.objects.all()} == {people.identity_digest(enquiry) for enquiry in (zoe, ann)}


def test_every_retention_task_forgets_old_erasures(settings):
    assert "practice.backups.erasures.forget_old" in settings.RETENTION_TASKS
