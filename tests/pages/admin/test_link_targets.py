from django.urls import reverse
from django.utils import timezone

from practice.models import Fee, Practice


def test_the_editor_offers_the_tree_and_marks_pages_that_are_not_live(therapist_client, live, write):
    above = live("help", "Help", now=timezone.now(), position=1)
    below = write("sleep", "Sleep", parent=above)
    gone = write("removed", "Gone")
    gone.deleted_at = timezone.now()
    gone.save()
    last = live("last", "Last", now=timezone.now(), position=2)

    answer = therapist_client.get(reverse("admin:pages_page_link_targets"))

    assert answer.json()["pages"] == [
        {"id": above.pk, "title": "Help", "depth": 0, "state": ""},
        {"id": below.pk, "title": "Sleep", "depth": 1, "state": "Draft, never published"},
        {"id": last.pk, "title": "Last", "depth": 0, "state": ""},
    ]


def test_the_editor_offers_facts_that_are_filled_in(therapist_client):
    Fee.objects.all().delete()
    fee = Fee.objects.create(name="Private session", minutes=50, pence=9000)
    Fee.objects.create(name="Group", pence=None)
    Practice.objects.update(phone="020 7946 0000", registration="")

    answer = therapist_client.get(reverse("admin:pages_page_link_targets"))

    assert answer.json()["facts"] == [
        {"token": "phone", "label": "Phone number", "words": "020 7946 0000"},
        {"token": "record-years", "label": "How long client records are kept", "words": "7 years"},
        {"token": f"fee-{fee.pk}", "label": "Fee: Private session", "words": "£90"},
        {"token": f"length-{fee.pk}", "label": "Length: Private session", "words": "50 minutes"},
    ]


def test_anonymous_users_get_no_link_targets(client):
    answer = client.get(reverse("admin:pages_page_link_targets"))
    assert (answer.status_code, answer.url.partition("?")[0]) == (302, reverse("admin:login"))
