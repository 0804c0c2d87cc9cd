"""Ask the site for its health over its socket: `python -m deploy.socket_health /run/practice/site.sock`."""

import http.client
import socket
import sys


class SocketConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def health_status(path: str, timeout: float = 5) -> int:
    """Return the status that /health/ answers with. Raises OSError if nothing does."""
    connection = SocketConnection(path, timeout)
    try:
        connection.request("GET", "/health/")
        return connection.getresponse().status
    except http.client.HTTPException as problem:
        raise OSError(str(problem)) from problem
    finally:
        connection.close()


if __name__ == "__main__":
    try:
        status = health_status(sys.argv[1])
    except OSError as problem:
        sys.exit(f"The site does not answer ({type(problem).__name__}).")
    sys.exit(0 if status == 200 else f"/health/ answers {status}.")
