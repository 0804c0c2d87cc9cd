"""What a visitor does on the form, in the visitor's own words: labels, never ids or classes."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, expect

FORM = "/consultation/"
ANSWERS = {
    "Your name": "Zoë Quillfeather-O’Hara",
    "Email address": "zoe.marmalade@example.org",
    "Phone number": "07700 900 319",
    "Good times to reach you (optional)": "after the lamplighter at 7pm",
    "Anything you would like me to know (optional)": "I live at 14 Wisteria Mews, and I am tired of hiding.",
}
CHOICES = [
    "Complimentary consultation",
    "Myself",
    "Harley Street",
    "Yes, some days and times suit me better",
    "Tuesday",
    "Thursday",
    "Evening",
    "Email or phone",
    "You may leave a voicemail",
]


def choice(page: Page, label: str) -> Locator:
    return page.get_by_label(label, exact=True)


def choose(page: Page, labels: Iterable[str]) -> None:
    for label in labels:
        choice(page, label).check()


def fill(page: Page, answers: dict[str, str] = ANSWERS, choices: Iterable[str] = CHOICES) -> None:
    choose(page, choices)
    for label, text in answers.items():
        page.get_by_label(label).fill(text)


def submit(page: Page) -> None:
    page.get_by_role("button", name="Send").click()


def expect_confirmation(page: Page) -> str:
    """The reference that it shows."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Your request has arrived")
    reference = urlsplit(page.url).path.rstrip("/").rpartition("/")[2]
    expect(page.get_by_role("main")).to_contain_text(reference)
    return reference


def send_and_go_back(page: Page) -> str:
    """Fill in the form, send it and go back from the receipt. Return the reference."""
    page.goto(FORM)
    fill(page)
    submit(page)
    reference = expect_confirmation(page)
    page.go_back()
    return reference


def expect_everything_typed(page: Page) -> None:
    for label in CHOICES:
        expect(choice(page, label)).to_be_checked()
    for label, text in ANSWERS.items():
        expect(page.get_by_label(label)).to_have_value(text)


def focused_id(page: Page) -> str:
    """The id of what has the focus."""
    return page.evaluate("document.activeElement.id")


def expect_focus_on_the_summary(page: Page) -> None:
    """On the box that holds the alert, not on the whole page."""
    expect(page.locator(":focus:not(main, body)").filter(has=page.get_by_role("alert"))).to_be_visible()
