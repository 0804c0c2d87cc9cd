"""A client that costs little beside the server it measures: open sockets, one request at a time on each."""

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

CONNECTIONS = 4


def requests_per_second(port: int, path: str, seconds: float) -> float:
    """Raises RuntimeError on any answer but 200."""
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Accept-Encoding: gzip", "", ""]
    request = "\r\n".join(lines).encode()
    begin = threading.Barrier(CONNECTIONS)

    def ask(_: int) -> float:
        answered = 0
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            begin.wait()
            began = time.perf_counter()
            while (passed := time.perf_counter() - began) < seconds:
                connection.sendall(request)
                read_answer(connection)
                answered += 1
        return answered / passed

    with ThreadPoolExecutor(CONNECTIONS) as threads:
        return sum(threads.map(ask, range(CONNECTIONS)))


def read_answer(connection: socket.socket) -> bytes:
    """The body, whose length the answer must give."""
    received = bytearray()
    while (end := received.find(b"\r\n\r\n")) < 0:
        received += receive(connection)
    head = bytes(received[:end]).lower()
    if not head.startswith(b"http/1.1 200 "):
        raise RuntimeError(f"The server answered {head.splitlines()[0].decode()!r}.")
    length = int(head.split(b"\r\ncontent-length:", 1)[1].split(b"\r\n", 1)[0])
    while len(received) < end + 4 + length:
        received += receive(connection)
    return bytes(received[end + 4 :])


def receive(connection: socket.socket) -> bytes:
    if part := connection.recv(65536):
        return part
    raise RuntimeError("The server closed the connection in the middle of an answer.")
