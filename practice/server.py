"""How gunicorn serves this site; gunicorn.conf.py names these classes."""

import socket
import struct
from typing import Any

from gunicorn import util
from gunicorn.glogging import Logger
from gunicorn.http import errors
from gunicorn.workers.gthread import ThreadWorker

from practice.logs import SecretPathFilter

MAX_SILENCE_SECONDS = 20  # of a client in the middle of a request, which keeps a thread waiting
STATUS = {
    errors.ExpectationFailed: (417, "Expectation Failed"),
    errors.LimitRequestHeaders: (431, "Request Header Fields Too Large"),
    errors.LimitRequestLine: (414, "URI Too Long"),
}
OWN_FAULTS = (errors.ConfigurationProblem, errors.InvalidResponseHeader, errors.InvalidResponseHeaderName)


class SiteLogger(Logger):
    """Gunicorn's own logger, whose access log and errors hold no secret address either."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for logger in (self.error_log, self.access_log):
            logger.filters = [SecretPathFilter()]


class SiteWorker(ThreadWorker):
    """Answers what is no HTTP with the site's headers, and writes nothing of it into the log."""

    def handle(self, conn: Any) -> Any:
        silence = struct.pack("ll", MAX_SILENCE_SECONDS, 0)
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, silence)
        return super().handle(conn)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        if isinstance(exc, errors.ParseException) and not isinstance(exc, OWN_FAULTS):
            status, reason = STATUS.get(type(exc), (400, "Bad Request"))
            self.log.warning("A request could not be read (%s).", type(exc).__name__)
        else:
            status, reason = 500, "Internal Server Error"
            self.log.error("A request was not answered (%s).", type(exc).__name__, exc_info=exc)
        self._write(client, status, reason)

    def _write(self, client: Any, status: int, reason: str) -> None:
        from practice.security_headers import without_django  # Django's settings are loaded with the application

        headers = without_django() | {
            "Connection": "close",
            "Content-Length": str(len(reason)),
            "Content-Type": "text/plain; charset=utf-8",
        }
        lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers.items()), "", reason]
        try:
            util.write_nonblock(client, "\r\n".join(lines).encode("latin-1"))
        except Exception:  # whoever sent it has gone
            self.log.debug("An answer could not be sent.")
