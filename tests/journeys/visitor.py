from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response

PATIENCE = 15_000  # milliseconds; a busy machine is not a fault of the page
WATCH = """
document.addEventListener("securitypolicyviolation", (event) =>
  reportViolation(`${event.effectiveDirective} of ${event.documentURI}: ${event.blockedURI} ${event.sample}`))
"""


class Visitor:
    """One browser profile with one page, and a list of what no visitor should meet."""

    def __init__(
        self,
        browser: Browser,
        site: str,
        *,
        js: bool = True,
        width: int = 390,
        scheme: str = "light",
        motion: bool = False,
        elsewhere: str = "",
    ) -> None:
        """Open a browser profile, where pages fade in only with `motion`: drawing that takes a sixth of the time.

        `elsewhere` is the one address of another site that may be asked for; the test answers it.
        """
        self.site, self.elsewhere = site, elsewhere
        self.requests: list[Request] = []
        self.documents: dict[str, int] = {}
        self.responses: list[Response] = []
        self.console_messages: list[ConsoleMessage] = []
        self._problems: list[str] = []
        self.context = browser.new_context(
            base_url=site,
            java_script_enabled=js,
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
            reduced_motion="no-preference" if motion else "reduce",
            locale="en-GB",
        )
        self.context.set_default_timeout(PATIENCE)
        self.context.expose_binding("reportViolation", lambda source, detail: self._problem("Policy", detail))
        self.context.add_init_script(WATCH)
        self.context.on("console", lambda message: self.console_messages.append(message))
        self.context.on("weberror", lambda error: self._on_error(str(error.error)))
        self.context.on("request", self._on_request)
        self.context.on("response", self._on_response)
        self.page: Page = self.context.new_page()

    def leave(self) -> list[str]:
        """Closes the browser profile and returns every trouble met on the way."""
        self.context.close()
        return self._problems + [
            f"Console {message.type} on {message.location['url']}: {message.text}"
            for message in self.console_messages
            if message.type in ("error", "warning") and not self._is_expected(message)
        ]

    def cookies(self) -> list[str]:
        return [cookie["name"] for cookie in self.context.cookies()]

    def cookie_setters(self) -> set[str]:
        """Paths that answered with Set-Cookie."""
        return {urlsplit(answer.url).path for answer in self.responses if answer.header_value("set-cookie")}

    def posts(self) -> list[Request]:
        return [request for request in self.requests if request.method == "POST"]

    def _is_expected(self, message: ConsoleMessage) -> bool:
        """Chromium says so when a page itself answers 403 or 404, which is what the test went to see."""
        refused = message.text.startswith("Failed to load resource")
        return refused and self.documents.get(message.location["url"].partition("#")[0], 500) < 500

    def _on_error(self, error: str) -> None:
        # Chromium's own words for a page that is left while it is still fading in.
        if "Transition was skipped" not in error and "Transition was aborted" not in error:
            self._problem("Page error", error)

    def _problem(self, kind: str, detail: str) -> None:
        self._problems.append(f"{kind}: {detail}")

    def _on_request(self, request: Request) -> None:
        self.requests.append(request)
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and not request.url.startswith(
            (self.site + "/", self.elsewhere or self.site + "/")
        ):
            self._problem("Another host", request.url)

    def _on_response(self, response: Response) -> None:
        self.responses.append(response)
        if response.request.resource_type == "document":
            self.documents[response.url] = response.status
            if response.status >= 500:
                self._problem("Status", f"{response.status} {response.url}")
