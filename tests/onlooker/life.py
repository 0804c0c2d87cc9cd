"""The whole life of an enquiry in Chromium: what the planted person does, and what the therapist does with it."""

import re
import shutil
import time
from contextlib import contextmanager
from datetime import date, timedelta
from urllib.parse import urlsplit

from playwright.sync_api import Page, Playwright, expect

from practice.sealing import envelopes, recovery_key
from tests.journeys import chromium, form_steps
from tests.journeys.visitor import PATIENCE
from tests.mail_server import wait_until
from tests.onlooker.running_site import THERAPIST, RunningSite
from tests.onlooker.words import PLANTED, Kind, Word, planted_words

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
MIN_FORM_SECONDS = 3.3  # whoever is faster is a robot
COMMON = ["Online", "I am not ready to choose yet", "Email"]


def text(name: str) -> str:
    return PLANTED[name].text


class Life:
    """What happens, and the words that only turn up on the way: references, the private link, the four words."""

    def __init__(self, playwright: Playwright, site: RunningSite) -> None:
        self.playwright, self.site = playwright, site
        self.profile, self.profile_after_leaving = site.folder / "profile", site.folder / "profile-after-leaving"
        self.words = [*planted_words(), Word(site.password, Kind.KEY)]

    def live(self) -> None:
        self._sign_in()
        self._seal()
        with self._persons_browser() as page:
            self._ask(page)
            self._refer(page)
            self._complain(page)
            self._answer()
            self._come_back(page)
            self._leave(page)

    def _sign_in(self) -> None:
        browser = self.playwright.chromium.launch(
            executable_path=chromium.executable(self.playwright), args=[*FLAGS, *self.site.browser_flags]
        )
        context = browser.new_context(base_url=self.site.origin, viewport={"width": 1280, "height": 900})
        context.set_default_timeout(PATIENCE)
        page = self.desk = context.new_page()
        page.goto("/admin/")
        page.get_by_label("Username").fill("therapist")
        page.get_by_label("Password").fill(self.site.password)
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("heading", name="Waiting for your reply")).to_be_visible()

    def _seal(self) -> None:
        """Set up sealing on the desk, and type the recovery key back from its paper."""
        page = self.desk
        page.get_by_role("link", name="Seal what people write").first.click()
        page.get_by_role("button", name="Make the recovery key").click()
        expect(page.locator(".groups code")).to_have_count(9)
        typed = " ".join(page.locator(".groups code").all_text_contents())
        self.recovery_key = Word(typed, Kind.KEY, envelopes.to_text(recovery_key.private_half(typed)))
        self.words.append(self.recovery_key)
        page.get_by_role("link", name="I have it on paper").first.click()
        page.get_by_label("Recovery key").fill(typed)
        page.get_by_label("Your password").fill(self.site.password)
        page.get_by_role("button", name="Begin to seal").click()
        expect(page.get_by_text("From now on, what people write is sealed.")).to_be_visible()
        for cookie in page.context.cookies():
            if cookie["name"].endswith(("desk", "opened")):
                self._learn(Kind.KEY, cookie["value"])

    @contextmanager
    def _persons_browser(self):
        """A browser as people have it, with a profile in a folder; the one without windows keeps no history."""
        context = self.playwright.chromium.launch_persistent_context(
            self.profile,
            executable_path=chromium.executable(self.playwright, with_history=True),
            args=[*FLAGS, *self.site.browser_flags],
            base_url=self.site.origin,
            viewport={"width": 390, "height": 800},
            locale="en-GB",
        )
        context.set_default_timeout(PATIENCE)
        try:
            yield context.pages[0]
        finally:
            context.close()

    def _learn(self, kind: Kind, word: str) -> None:
        self.words.append(Word(word, kind))

    def _mail_to(self, address: str, words: str) -> str:
        """Wait for the newest mail to the address that has these words in it, and return its text."""
        found: list[str] = []

        def has_come() -> bool:
            for message in self.site.mail.messages:
                body = message.get_body(("plain",)).get_content()
                if message["X-Envelope-To"] == address and words in f"{message['Subject']} {body}":
                    found.append(body)
            return bool(found)

        wait_until(has_come)
        return found[-1]

    def _submit(self, page: Page, opened: float) -> str:
        page.wait_for_timeout(max(0, 1000 * (opened + MIN_FORM_SECONDS - time.monotonic())))
        form_steps.submit(page)
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("has arrived$"))
        reference = urlsplit(page.url).path.rstrip("/").rpartition("/")[2]
        self._learn(Kind.OPEN, reference)
        return reference

    def _ask(self, page: Page) -> None:
        page.goto("/addictions/ketamine/")
        page.goto(form_steps.FORM)
        opened = time.monotonic()
        message = page.get_by_label("Anything you would like me to know (optional)")
        message.fill(text("answer taken back"))
        form_steps.submit(page)
        expect(page.get_by_role("alert")).to_be_visible()
        form_steps.choose(page, ["Complimentary consultation", "Myself", *COMMON[:2], "Email or phone"])
        for label, name in {
            "Your name": "name",
            "Email address": "email",
            "Phone number": "phone",
            "Good times to reach you (optional)": "good times",
        }.items():
            page.get_by_label(label).fill(text(name))
        message.fill(text("message"))
        self.reference = self._submit(page, opened)
        receipt = page.get_by_role("main").inner_text()
        self._learn(Kind.KEY, re.search(r"Your four words\s+([a-z]+(?: [a-z]+){3})", receipt)[1])
        page.go_back()
        expect(message).to_have_value(text("message"))
        message.fill(f"{text('message')} {text('addition')}")
        form_steps.submit(page)
        form_steps.expect_confirmation(page)

    def _refer(self, page: Page) -> None:
        page.goto(form_steps.FORM)
        opened = time.monotonic()
        professional = "A client or patient of mine (professional referral)"
        form_steps.choose(page, ["Complimentary consultation", professional, "Yes, and they agree", *COMMON])
        for label, name in {
            "Your organisation": "referrer’s organisation",
            "Your name": "referrer",
            "Email address": "referrer’s email",
            "Anything you would like me to know (optional)": "referral",
        }.items():
            page.get_by_label(label).fill(text(name))
        self._submit(page, opened)

    def _complain(self, page: Page) -> None:
        page.goto(f"{form_steps.FORM}?kind=complaint")
        opened = time.monotonic()
        form_steps.choose(page, ["Email"])
        page.get_by_label("What happened?").fill(text("complaint"))
        page.get_by_label("Your name").fill(text("complainant"))
        page.get_by_label("Email address").fill(text("complainant’s email"))
        self._submit(page, opened)

    def _answer(self) -> None:
        page = self.desk
        self._open_enquiry(page)
        page.get_by_label("Private note").fill(text("private note"))
        page.get_by_role("button", name="Add note").click()
        page.get_by_role("link", name="An empty message").click()
        page.get_by_label("Subject").fill(text("letter’s subject"))
        page.get_by_label("Message").fill(text("letter"))
        self._preview_and_send(page)
        self._offer(page)

    def _open_enquiry(self, page: Page) -> None:
        notice = self._mail_to(THERAPIST, self.reference)
        page.goto(urlsplit(re.search(r"http\S+", notice)[0]).path)
        expect(page.get_by_role("heading", level=1)).to_contain_text(text("name"))

    def _preview_and_send(self, page: Page) -> None:
        page.get_by_role("button", name="Preview", exact=True).click()
        expect(page.get_by_role("region", name="Preview")).to_be_visible()
        page.get_by_role("button", name="Send this").click()
        expect(page.locator(".messagelist")).to_contain_text("on its way")

    def _offer(self, page: Page) -> None:
        page.get_by_role("link", name="Offer").first.click()
        row = page.locator("fieldset.row").first
        row.get_by_label("Day").fill(f"{date.today() + timedelta(days=14):%Y-%m-%d}")
        row.get_by_label("London time").fill("10:00")
        row.get_by_label("Place").select_option("Online")
        body = page.get_by_label("Message")
        body.fill(f"{text('offer')}\n\n{body.input_value()}")
        self._preview_and_send(page)

    def _come_back(self, page: Page) -> None:
        """Accept the offered time by the link in the letter, and choose a PIN; the therapist prepares for the day."""
        letter = self._mail_to(text("email"), PLANTED["offer"].words[0])
        path = urlsplit(re.search(r"http\S+/private/\S+", letter)[0]).path
        self._learn(Kind.KEY, path.split("/")[2])
        page.goto(path)
        page.get_by_role("button", name=re.compile("^Accept")).first.click()
        expect(page.get_by_text("You have an appointment.")).to_be_visible()
        self._prepare(self.desk)
        page.reload()
        page.get_by_role("link", name="Ask for a PIN").click()
        page.get_by_label("Your PIN").fill(text("PIN"))
        page.get_by_role("button", name="Ask for this PIN").click()
        expect(page.get_by_role("status").first).to_contain_text("only with your PIN")

    def _prepare(self, page: Page) -> None:
        self._open_enquiry(page)
        page.get_by_label("Video link").fill(text("video link"))
        page.get_by_label("Private notes").fill(text("appointment notes"))
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.locator(".messagelist")).to_be_visible()

    def _leave(self, page: Page) -> None:
        page.get_by_role("link", name="Leave this site").click()
        page.wait_for_url("**/nowhere-else/")
        page.wait_for_timeout(1000)  # the browser forgets beside that
        shutil.copytree(self.profile, self.profile_after_leaving, symlinks=True)
