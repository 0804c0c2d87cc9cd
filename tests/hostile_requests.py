"""Requests that no browser sends, made at random from a seed."""

import random
from urllib.parse import quote

PAGES = [
    "/", "/addictions/ketamine/", "/consultation/", "/consultation/received/ABCDEFGH/", "/search/", "/robots.txt",
    "/sitemap.xml", "/manifest.webmanifest", "/.well-known/security.txt", "/styleguide/", "/static/css/site.css",
    "/pictures/share-1-abc.png", "/pictures/abc-480.webp", "/calendar/{token}.ics", "/private/{token}/",
    "/private/{token}/times/", "/private/{token}/{number}/move/", "/private/erased/", "/draft/{text}/", "/letter",
    "/private/", "/private/{reference}/", "/private/{reference}/times/", "/private/{reference}/pause/",
    "/private/{reference}/pin/", "/private/{reference}/unlock/", "/private/{reference}/{number}/accept/", "/leave/",
]  # fmt: skip
MODELS = [
    "pages/page", "pages/picture", "bookings/enquiry", "bookings/appointment", "bookings/appointmenttype",
    "bookings/bookingsettings", "bookings/weeklyhours", "bookings/openingexception", "bookings/replytemplate",
    "practice/practice", "practice/location", "practice/fee", "practice/supportline", "auth/user",
]  # fmt: skip
ADMIN_ENDINGS = ["", "add/", "{number}/", "{number}/change/", "{number}/delete/", "{number}/history/", "{text}/change/"]
ADMIN_PAGES = [
    "/admin/", "/admin/login/", "/admin/jsi18n/", "/admin/autocomplete/", "/admin/password_change/",
    "/admin/r/{number}/{number}/", "/admin/bookings/week/", "/admin/pages/page/{number}/preview/",
    "/admin/pages/page/{number}/sharing/", "/admin/pages/page/preview/{text}/", "/admin/bookings/enquiry/?q={text}",
    "/admin/bookings/enquiry/{number}/reply/?template={number}", "/admin/bookings/enquiry/{number}/answer/offer/",
    "/admin/bookings/enquiry/{number}/note/", "/admin/bookings/enquiry/{number}/status/",
    "/admin/auth/user/{number}/password/",
    "/admin/bookings/enquiry/{number}/appointment/{number}/notes/", "/admin/bookings/enquiry/{number}/export/",
    "/admin/bookings/bookingsettings/calendars/", "/admin/bookings/enquiry/statistics/",
    "/admin/bookings/enquiry/try-mail/", "/admin/bookings/enquiry/{number}/correct/",
    "/admin/bookings/enquiry/{number}/end-link/", "/admin/sign-in/", "/admin/sign-in/where/", "/admin/sign-in/code/",
    "/admin/sign-in/set-up/", "/admin/sign-in/set-up/app/", "/admin/sign-in/set-up/passkey/",
    "/admin/sign-in/recovery-codes/", "/admin/sign-in/forgotten/", "/admin/sign-in/new-password/",
    "/admin/practice/auditentry/",
]  # fmt: skip
NUMBERS = ["0", "1", "2", "-1", "007", "2147483648", "9223372036854775808", "9" * 30, "9" * 5000, "1e3", "٣", "1.5", ""]
TEXTS = [
    "", "\0", "a\0b", "%00", "%", "%zz", "%ff", "%ed%a0%80", "%c0%80", "%e2%80%ae", "..", "../../etc/passwd", "//",
    "\\",
    "{{ 7*7 }}", "'", '"', "a" * 3000, "_3C_00", "_D8_00", "é", "\x7f", "\x01", "None", "null", "true", "[]", "a,b",
    "0001-01-01", "9999-12-31", "2026-02-30", "10000-01-01", "24:61", "2026-W54", ";", "&", "=", "?", "#", "+", " ",
]  # fmt: skip
PARAMETERS = [
    "_to_field", "_popup", "_changelist_filters", "p", "o", "q", "e", "all", "id", "id__exact", "pk__in", "id__in",
    "name", "name__exact", "status__exact", "enquiry__person__name", "slug__isnull", "received_at__gte", "is_active",
    "a__b__c", "__", "_facets", "kind", "type", "from", "at", "done", "gone", "next", "week", "day", "location", "page",
    "revision", "one", "two", "app_label", "model_name", "field_name", "term", "starts", "template", "act", "period",
]  # fmt: skip
FIELDS = [
    *PARAMETERS, "action", "_selected_action", "select_across", "index", "_save", "_continue", "_saveasnew", "post",
    "username", "password", "words", "token", "timing", "email", "phone", "message", "form-TOTAL_FORMS", "days",
    "form-INITIAL_FORMS", "form-0-id", "blocks-TOTAL_FORMS", "title", "slug", "parent", "times", "check_in_on",
    "idempotency_key", "subject", "body", "appointment_type", "starts_at", "upload", "date", "time", "minutes",
    "to", "text",
    "role", "pin", "remove", "credential", "code", "day_1", "at_1", "place_1", "held_day", "told", "is_superuser",
]  # fmt: skip
CHARSETS = [
    "utf-8",
    "hex",
    "base64",
    "zlib",
    "rot13",
    "utf-16",
    "utf-7",
    "idna",
    "punycode",
    "undefined",
    "x",
    "",
    "\xff",
]
BOUNDARIES = ["", '""', "x", '"x"', "x" * 70, "x" * 71, "x" * 5000, " ", "é", "x\ty", "--", "=?utf-8?q?x?=", '"']
MEDIA_TYPES = [
    "application/x-www-form-urlencoded", "multipart/form-data", "multipart/mixed", "application/json", "text/plain",
    "x/y", "multipart/form-data*", ";", "/", "",
]  # fmt: skip
METHODS = (
    ["GET"] * 60
    + ["POST"] * 60
    + ["HEAD", "PUT", "OPTIONS", "DELETE", "PATCH", "TRACE", "CONNECT", "get", "ÜBER", "G T"]
)
HOSTS = ["127.0.0.1"] * 150 + [
    "",
    "x y",
    "evil.example",
    "127.0.0.1:99999999",
    "[::1",
    "[::1]:x",
    "é",
    "127.0.0.1\0",
    "%00",
]
HEADERS = {
    "Accept-Encoding": ["gzip", "br;q=2", "gzip;q=x", "identity;q=0", "*;q=0", ",,,"],
    "Accept-Language": ["en", "x" * 600, "en;q=nan", "é", "zh-hans-" * 200],
    "If-None-Match": ['"x"', "*", 'W/"', 'x,,"', '"' * 500],
    "If-Modified-Since": ["Sun, 29 Nov 2026 09:00:00 GMT", "Sun, 99 Nov 99999 09:00:00 GMT", "0", "é"],
    "Range": ["bytes=0-1", "bytes=99999999999-", "bytes=-0", "bytes=x-y", "bytes=5-1", "bytes=0-1,3-4", "bytes=-9" * 9],
    "Origin": ["null", "http://[", "http://evil.example", "é", "http://127.0.0.1"],
    "Referer": ["http://[", "//", "é", "http://evil.example/" + "a" * 2000],
    "X-Forwarded-For": ["1.2.3.4", "x" * 3000, "[::1", "%00"],
    "X-Forwarded-Proto": ["https", "http,https", ""],
    "X-Requested-With": ["XMLHttpRequest"],
    "Expect": ["100-continue", "x"],
    "Transfer-Encoding": ["chunked", "gzip", "chunked, chunked", "identity", "x"],
    "Upgrade": ["h2c", "websocket"],
    "X-Long": ["a" * 9000, "a" * 70_000],
    "Bad Name": ["x"],
}
COOKIES = [
    "desk=x",
    "form=x",
    "desk=\xff",
    'form="',
    "messages=x",
    "=",
    ";;;=;",
    "desk=%00",
    "form=" + "a" * 5000,
    "$Version=1",
]


class HostileRequests:
    def __init__(self, seed: int, cookie: str, token: str, reference: str) -> None:
        self.random = random.Random(seed)  # noqa: S311 (to be repeated)
        self.cookie, self.token, self.reference = cookie, token, reference

    def __iter__(self):
        return self

    def __next__(self) -> bytes:
        pick = self.random.choice
        method, target = pick(METHODS), self.target()
        headers = [("Host", pick(HOSTS)), ("Connection", "close"), ("Cookie", self.cookies())]
        headers += [(name, pick(HEADERS[name])) for name in self.random.sample(list(HEADERS), pick([0] * 9 + [1, 2]))]
        body = b""
        if method == "POST" or self.chance(0.1):
            content_type, body = self.body()
            headers.append(("Content-Type", content_type))
            headers += [("Content-Length", self.length(body))] if self.chance(0.95) else []
        self.random.shuffle(headers)
        lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers), "", ""]
        return "\r\n".join(lines).encode("latin-1", "ignore") + body

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def text(self) -> str:
        if self.chance(0.2):
            return self.random.randbytes(self.random.randrange(1, 40)).decode("latin-1")
        return self.random.choice(self.random.choice([TEXTS, NUMBERS]))

    def target(self) -> str:
        pick = self.random.choice
        page = pick([pick(PAGES), pick(ADMIN_PAGES), f"/admin/{pick(MODELS)}/{pick(ADMIN_ENDINGS)}"])
        page = page.replace("{token}", pick(["x", "A" * 32, "A" * 33, quote(self.text())]))
        page = page.replace("{reference}", pick([self.reference, self.reference, "ZZZZZZZZ"]))
        while "{" in page:
            page = page.replace("{number}", pick([*NUMBERS[:4], quote(pick(NUMBERS))]), 1)
            page = page.replace("{text}", quote(self.text()), 1)
            if "{number}" not in page and "{text}" not in page:
                break
        if self.chance(0.1):
            page = pick(
                [f"http://127.0.0.1{page}", f"//{page}", page.rstrip("/"), f"{page}{quote(self.text())}/", "*", ""]
            )
        parameters = [f"{pick(PARAMETERS)}={self.escaped()}" for _ in range(pick([0, 0, 1, 1, 2, 4]))]
        return page + ("&" if "?" in page else "?") * bool(parameters) + "&".join(parameters)

    def escaped(self) -> str:
        text = self.text()
        return text if self.chance(0.2) and " " not in text and text.isprintable() else quote(text, safe="%")

    def cookies(self) -> str:
        pick = self.random.choice
        return pick([*[self.cookie] * 12, pick(COOKIES), f"{self.cookie}; {pick(COOKIES)}", ""])

    def length(self, body: bytes) -> str:
        pick = self.random.choice
        wrong = [str(len(body) + 50), str(len(body) // 2), "-1", "x", "9" * 25, "400000000", "", "0x10", "+5", "²"]
        return pick(wrong) if self.chance(0.05) else str(len(body))

    def body(self) -> tuple[str, bytes]:
        pick = self.random.choice
        fields = [(pick(FIELDS), self.text()) for _ in range(pick([0, 1, 3, 8]))]
        if self.chance(0.95):
            fields.append(("csrfmiddlewaretoken", self.token))
        if self.chance(0.1):
            fields *= pick([1, 1000])
        media_type = pick(MEDIA_TYPES[:2] * 30 + MEDIA_TYPES)
        charset = f"; charset={pick(CHARSETS)}" if self.chance(0.3) else ""
        if media_type.startswith("multipart"):
            boundary = pick(BOUNDARIES) if self.chance(0.4) else "x"
            return f"{media_type}; boundary={boundary}{charset}", self.parts(fields, boundary.strip('"'))
        content = "&".join(f"{name}={quote(text, safe='%')}" for name, text in fields)
        if self.chance(0.1):
            return f"{media_type}{charset}; a*=hex''%ff", self.random.randbytes(self.random.randrange(200))
        return f"{media_type}{charset}", content.encode()

    def parts(self, fields: list[tuple[str, str]], boundary: str) -> bytes:
        pick = self.random.choice
        lines = []
        for name, text in fields:
            name_in_header = pick(
                [f'name="{name}"'] * 6 + [f"name*=hex''{name}", f"name*=utf-8''%00{name}", "name", ""]
            )
            file = pick([""] * 5 + ['; filename="a.png"', "; filename*=base64''x", '; filename="\0"', '; filename=""'])
            lines += [f"--{boundary}", f"Content-Disposition: form-data; {name_in_header}{file}"]
            if self.chance(0.3):
                lines.append(f"Content-Type: text/plain; charset={pick(CHARSETS)}")
            if self.chance(0.1):
                lines.append(f"Content-Transfer-Encoding: {pick(['base64', 'x', 'quoted-printable'])}")
            lines += ["", text]
        lines += [f"--{boundary}--", ""]
        return "\r\n".join(lines).encode("utf-8", "ignore")
