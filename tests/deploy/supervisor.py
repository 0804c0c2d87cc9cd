"""What systemd does for the site, on machines without it: hold the socket, and run what the unit files say.

`systemctl()` writes a program of that name, which tells the supervisor what it was called with.
"""

import json
import os
import shlex
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from configparser import ConfigParser
from contextlib import contextmanager
from pathlib import Path

from deploy.layout import Layout

WEB, WORKER = "practice-web.service", "practice-worker.service"
WITH_SOCKET = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execv(sys.argv[2], sys.argv[2:])
"""
SYSTEMCTL = """#!{python}
import json, socket, sys
with socket.socket(socket.AF_UNIX) as control:
    control.connect({path!r})
    control.sendall(json.dumps(sys.argv[1:]).encode())
    control.shutdown(socket.SHUT_WR)
    sys.exit(int(control.recv(10)))
"""


class Supervisor:
    def __init__(self, layout: Layout, log: Path) -> None:
        self.layout, self.log = layout, log
        self.processes: dict[str, subprocess.Popen] = {}
        layout.socket.parent.mkdir(parents=True, exist_ok=True)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(layout.socket))
        self.listener.listen(1024)

    def here(self, text: str) -> str:
        """Return the text of a unit with the folders of the test in it."""
        for path in ("opt/practice", "var/lib/practice", "run/practice"):
            text = text.replace(f"/{path}", str(self.layout.prefix / path))
        return text

    def service(self, name: str) -> dict[str, str]:
        unit = ConfigParser(strict=False, interpolation=None, comment_prefixes="#")
        unit.optionxform = str
        unit.read_string(self.here((self.layout.units / name).read_text()))
        return dict(unit["Service"])

    def start(self, name: str) -> None:
        service = self.service(name)
        command = shlex.split(service["ExecStart"])
        if name == WEB:
            command = [sys.executable, "-c", WITH_SOCKET, str(self.listener.fileno()), *command]
        env = {"PATH": os.environ["PATH"], "HOME": str(self.layout.var), "LANG": "C.UTF-8"}
        with self.log.open("a") as log:
            self.processes[name] = subprocess.Popen(
                command,
                cwd=service["WorkingDirectory"],
                env=env,
                pass_fds=[self.listener.fileno()],
                stdout=log,
                stderr=log,
                umask=int(service["UMask"], 8),
            )

    def stop(self, name: str) -> None:
        process = self.processes.pop(name, None)
        if process and process.poll() is None:
            process.terminate()
            try:
                process.wait(int(self.service(name)["TimeoutStopSec"]))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def restart(self, name: str) -> None:
        self.stop(name)
        self.start(name)

    def close(self) -> None:
        for name in list(self.processes):
            self.stop(name)
        self.listener.close()

    @contextmanager
    def systemctl(self, folder: Path) -> Iterator[None]:
        """Put a `systemctl` into the folder and do what it is told."""
        program, path = folder / "systemctl", str(folder / "control")
        program.write_text(SYSTEMCTL.format(python=sys.executable, path=path))
        program.chmod(0o755)
        with socket.socket(socket.AF_UNIX) as control:
            control.bind(path)
            control.listen()
            threading.Thread(target=self._obey, args=[control], daemon=True).start()
            yield
            control.shutdown(socket.SHUT_RDWR)

    def _obey(self, control: socket.socket) -> None:
        while True:
            try:
                connection, _ = control.accept()
            except OSError:
                return
            with connection:
                words = json.load(connection.makefile())
                if words[0] == "restart":
                    self.restart(words[1])
                connection.sendall(b"0")
