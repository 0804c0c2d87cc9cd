"""A browser with an address of its own, that comes through the proxy."""

import http.client
import re
import socket
from dataclasses import dataclass
from urllib.parse import urlencode

from deploy.outside import Answer, Site

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
FORM = "application/x-www-form-urlencoded"
ANSWERS = {
    "appointment_type": "complimentary-consultation",
    "on_behalf": "myself",
    "location": "harley-street",
    "timing": "not-ready",
    "channel": "email",
    "message": "I would like to talk.",
}


@dataclass
class Visitor:
    site: Site
    address: str = "127.0.0.1"

    def connect(self) -> socket.socket:
        raw = socket.create_connection(("127.0.0.1", self.site.https_port), 30, source_address=(self.address, 0))
        return self.site.context.wrap_socket(raw, server_hostname=self.site.name)

    def request(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection(self.site.name)
        connection.sock = self.connect()
        try:
            names = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, {"Connection": "close", **names})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode("utf-8", "replace"))
        finally:
            connection.close()

    def begin(self, path: str, length: int) -> Answer:
        """Begin a request of so many bytes, and return the answer that comes before its end."""
        lines = [f"POST {path} HTTP/1.1", f"Host: {self.site.name}", f"Content-Length: {length}"]
        with self.connect() as connection:
            connection.sendall("\r\n".join([*lines, "", "x" * 300_000]).encode())
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            return Answer(answer.status, answer.headers, answer.read().decode())

    def form(self) -> tuple[dict[str, str], str]:
        """Return the hidden fields of the form for a consultation, and its cookies."""
        page = self.request("GET", "/consultation/")
        cookies = [cookie.partition(";")[0] for cookie in page.headers.get_all("Set-Cookie", [])]
        return dict(HIDDEN.findall(page.text)), "; ".join(cookies)

    def ask(self, name: str = "zoe", **headers: str) -> Answer:
        """Ask for a consultation, as somebody of this name."""
        hidden, cookies = self.form()
        person = {"name": name, "email": f"{name}@example.org"}
        body = urlencode(ANSWERS | person | hidden).encode()
        origin = f"https://{self.site.name}"
        return self.request("POST", "/consultation/", body, Content_Type=FORM, Cookie=cookies, Origin=origin, **headers)
