"""A backup that is made while people write, restored on an empty machine: the site works, and nothing is missing."""

import threading
import time
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.models import Enquiry, Message
from practice.backups import files
from practice.models import SiteState
from tests.bookings.conftest import fresh_token

PASSWORD = "correct horse battery staple"  # of the fixture
BEFORE_THE_BACKUP = 5

pytestmark = pytest.mark.django_db(transaction=True)


class Visitors:
    """Send the form one after the other, until they are stopped."""

    def __init__(self, answers):
        self.answers = answers
        self.confirmed: list[str] = []  # the references that they were shown
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self._write, args=(name,)) for name in "abc"]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *exception):
        self.over.set()
        for thread in self.threads:
            thread.join(60)

    def wait_for(self, count):
        deadline = time.monotonic() + 60
        while len(self.confirmed) < count:
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def _write(self, name):
        number = 0
        while not self.over.is_set():
            number += 1
            response = send(self.answers, f"{name}{number}@example.org")
            assert response.status_code == 302
            self.confirmed.append(response.headers["Location"])
        connections.close_all()


def send(answers, email):
    form = answers | {"email": email, "message": f"From {email}.", "token": fresh_token()}
    return Client().post(reverse("bookings:consultation"), form)


def lose_everything():
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cascade = " CASCADE" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TABLE {connection.ops.quote_name(table)}{cascade}")


def test_everything_confirmed_before_it_is_there_and_the_site_works(
    therapist, answers, settings, backup_folder, key_file, mailoutbox
):
    settings.ENQUIRIES_PER_HOUR_ONE_CONNECTION = settings.ENQUIRIES_PER_HOUR_ALL = 100_000
    call_command("load_starter_pages", verbosity=0, stdout=StringIO())
    with Visitors(answers) as load:
        load.wait_for(BEFORE_THE_BACKUP)
        confirmed = len(load.confirmed)
        call_command("backup", stdout=StringIO())
        load.wait_for(len(load.confirmed) + 1)
    all_confirmed = len(load.confirmed)
    [path] = files.all_in(backup_folder)
    connection.disable_constraint_checking()
    lose_everything()
    connection.enable_constraint_checking()

    stdout = StringIO()
    call_command("restore", path, key=key_file, stdout=stdout)

    restored = Enquiry.objects.count()
    assert confirmed <= restored < all_confirmed
    assert all(enquiry.message == f"From {enquiry.person.email}." for enquiry in Enquiry.objects.all())
    assert "now erased again: 0" in stdout.getvalue()
    visitor_and_therapist_work(answers, restored)
    no_message_goes_until_somebody_says_so(mailoutbox)


def visitor_and_therapist_work(answers, restored):
    assert Client().get("/addictions/ketamine/").status_code == 200
    assert send(answers, "afterwards@example.org").status_code == 302
    assert Enquiry.objects.count() == restored + 1
    client = Client()
    signed_in = client.post("/admin/login/", {"username": "therapist", "password": PASSWORD, "next": "/admin/"})
    assert signed_in.headers["Location"] == "/admin/"
    newest = Enquiry.objects.order_by("received_at").last()
    assert "From afterwards@example.org." in client.get(f"/admin/bookings/enquiry/{newest.pk}/change/").content.decode()
    assert newest.reference in client.get("/admin/bookings/enquiry/").content.decode()
    assert "No message is sent." in client.get("/admin/").content.decode()


def no_message_goes_until_somebody_says_so(mailoutbox):
    Message.objects.update(due_at=timezone.now(), next_try=timezone.now())
    call_command("run_worker", stdout=StringIO())
    assert not mailoutbox
    call_command("release_messages", stdout=StringIO())
    assert SiteState.load().messages_held_at is None
    call_command("run_worker", stdout=StringIO())
    assert mailoutbox
