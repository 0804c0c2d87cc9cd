"""From the first page read to the therapist's answer in the person's mailbox."""

import re
import time
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from bookings.models import Enquiry
from practice.models import Practice
from tests.journeys import form_steps
from tests.mail_server import MailServer, free_port, start_worker

PERSONAL = re.compile(r"zo[eë]|quillfeather|hara|marmalade|7700|900.?319|lamplighter|wisteria|hiding", re.IGNORECASE)
TELLING = re.compile(r"addict|therap|ketamine|harley|drug|consultation", re.IGNORECASE)
PERSON, THERAPIST = "zoe.marmalade@example.org", "therapist@example.org"


def run_worker(port):
    sender = start_worker(port)
    assert sender.wait(timeout=60) == 0


def headers_and_body(message):
    """Every header and the decoded body, as a mail program shows them; save the address it goes to."""
    headers = [f"{name}: {value}" for name, value in message.items() if name not in ("To", "X-Envelope-To")]
    return "\n".join([*headers, message.get_content()])


def open_form_from_a_page(page):
    page.goto("/addictions/ketamine/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ketamine addiction")
    page.get_by_role("banner").get_by_role("link", name="Request a consultation").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Request a consultation")


def submit_empty_form(page):
    form_steps.submit(page)
    expect(page).to_have_title(re.compile(r"^Error: "))
    summary = page.get_by_role("alert")
    expect(summary.get_by_role("heading")).to_have_text("There is a problem")
    form_steps.expect_focus_on_the_summary(page)
    links = summary.get_by_role("link")
    assert links.count() == 6
    for number in range(links.count()):
        link = links.nth(number)
        target = link.get_attribute("href").removeprefix("#")
        link.click()
        expect(page.locator(f"input#{target}, textarea#{target}")).to_be_focused()


def request_a_consultation(page):
    open_form_from_a_page(page)
    submit_empty_form(page)
    opened = time.monotonic()
    form_steps.fill(page)
    page.wait_for_timeout(max(0, 3200 - 1000 * (time.monotonic() - opened)))  # whoever is faster is a robot
    form_steps.submit(page)
    reference = form_steps.expect_confirmation(page)
    due = page.get_by_role("main").get_by_text(re.compile(r"\w+day \d+ \w+, 17:00"))
    expect(due.first).to_be_visible()
    return reference


def find_enquiry_by_surname(page, reference):
    page.get_by_role("main").get_by_role("link", name="Enquiries", exact=True).last.click()
    page.get_by_role("textbox", name="Search").or_(page.get_by_role("searchbox")).fill("qui")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("link", name=re.compile(reference))).to_have_count(1)
    page.get_by_role("link", name=re.compile(reference)).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Zoë Quillfeather-O’Hara")
    expect(page.get_by_role("region", name="How to reach them safely").get_by_role("listitem")).to_have_text(
        [
            re.compile("Email$"),
            re.compile("Phone$"),
            re.compile("Voicemail$"),
            re.compile("Don’t send text messages$"),
            re.compile("Don’t attach a calendar file$"),
            re.compile("Don’t mention the practice’s name$"),
        ]
    )


def write_and_preview(page):
    """What the preview says will arrive."""
    page.get_by_role("link", name="A first conversation").click()
    body = page.get_by_label("Message")
    expect(body).to_have_value(re.compile("^Dear Zoë Quillfeather-O’Hara,"))
    body.fill("Dear Zoë,\n\nwould Thursday at six suit you? – It’s quiet then.\n\n\tKind regards")
    page.get_by_label("Subject").fill("About Thursday – a question")
    page.get_by_role("button", name="Preview", exact=True).click()
    preview = page.get_by_role("region", name="Preview")
    expect(preview).to_be_visible()
    terms, values = (preview.get_by_role(role).all_inner_texts() for role in ("term", "definition"))
    preview_values = dict(zip(terms, values, strict=True))
    preview_values["body"] = preview.locator("pre").text_content()
    return preview_values


@pytest.mark.parametrize(
    ("js", "width"),
    [
        (False, 390),
        (True, 1280),
        pytest.param(True, 390, marks=pytest.mark.soak),
        pytest.param(False, 1280, marks=pytest.mark.soak),
    ],
)
def test_a_visitor_asks_and_the_therapist_answers(visitor, sign_in, js, width):
    practice = Practice.objects.get()
    practice.notification_address = THERAPIST
    practice.reply_to = "desk@example.org"
    practice.save()
    port = free_port()
    with MailServer(port) as server:
        someone = visitor(js=js, width=width, motion=True)
        reference = request_a_consultation(someone.page)
        assert Enquiry.objects.get().status == Enquiry.Status.WAITING
        run_worker(port)
        messages_by_recipient = {message["X-Envelope-To"]: message for message in server.messages}
        assert (len(server.messages), set(messages_by_recipient)) == (2, {PERSON, THERAPIST})
        for address, message in messages_by_recipient.items():
            assert message["To"] == address
            assert not PERSONAL.search(headers_and_body(message))
            assert not TELLING.search(f"{message['Subject']} {message['From']}")
        assert messages_by_recipient[PERSON]["Subject"] == f"We have your message – ref {reference}"
        assert messages_by_recipient[THERAPIST]["Subject"] == f"New website message – ref {reference}"

        admin_page = sign_in(js=js, width=width, motion=True).page
        waiting = admin_page.get_by_role("region", name="Waiting for your reply")
        expect(waiting.get_by_role("listitem")).to_contain_text(["Zoë Quillfeather-O’Hara"])
        find_enquiry_by_surname(admin_page, reference)
        link = re.search(r"http\S+", messages_by_recipient[THERAPIST].get_content())[0]
        assert urlsplit(link).path == urlsplit(admin_page.url).path
        preview = write_and_preview(admin_page)
        assert len(server.messages) == 2
        admin_page.get_by_role("button", name="Send this").click()
        expect(admin_page.get_by_text("Your reply is on its way.")).to_be_visible()
        run_worker(port)

        assert len(server.messages) == 3
        reply = server.messages[-1]
        arrived = {name: reply[header] for name, header in [("From", "From"), ("To", "To"), ("Subject", "Subject")]}
        arrived |= {"Reply to": reply["Reply-To"], "body": reply.get_content().replace("\r\n", "\n").removesuffix("\n")}
        assert arrived == preview
        assert reply["X-Envelope-To"] == PERSON
        admin_page.reload()
        expect(admin_page.get_by_text("Answered", exact=True).first).to_be_visible()
        history = admin_page.get_by_role("region", name="History")
        expect(history.get_by_text("Your reply: delivered to the mail server")).to_be_visible()
