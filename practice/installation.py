"""Puts what the site needs into .venv when that changed: `python3 -m practice.installation requirements.txt`.

Standard library only, because it runs before anything is installed.
"""

import hashlib
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UNFINISHED = VENV / "unfinished"  # there during an installation, so that a killed one is noticed
LOG = VENV / "install.log"
OFFLINE = ("NewConnectionError", "NameResolutionError", "TimeoutError", "ProxyError", "connection broken")


def files(name: str) -> Iterator[Path]:
    """The requirements file and those it names with `-r`."""
    path = ROOT / name
    yield path
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("-r "):
            yield from files(line.removeprefix("-r ").strip())


def fingerprint(name: str) -> str:
    """Changes with the requirements and with the Python that .venv leads to."""
    interpreter = PYTHON.resolve(strict=True)
    digest = hashlib.sha256(f"{interpreter} {interpreter.stat().st_mtime_ns}".encode())
    for path in files(name):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def stamp(path: Path) -> Path:
    return VENV / f"{path.name}.sha256"


def is_installed(name: str) -> bool:
    try:
        return not UNFINISHED.exists() and stamp(ROOT / name).read_text() == fingerprint(name)
    except OSError:
        return False


def install(name: str) -> None:
    """Exits with a sentence if it cannot be done; what pip said is then in .venv/install.log."""
    if not is_usable():
        make_venv()
    UNFINISHED.touch()
    pip = [str(PYTHON), "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--retries=2"]
    result = subprocess.run([*pip, "-r", str(ROOT / name)], capture_output=True, text=True, check=False)
    LOG.write_text(result.stdout + result.stderr, encoding="utf-8")
    UNFINISHED.unlink()
    if result.returncode:
        sys.exit(explanation(result.stderr))
    for path in files(name):
        stamp(path).write_text(fingerprint(path.name))


def is_usable() -> bool:
    if UNFINISHED.exists() or not PYTHON.exists():
        return False
    probe = [str(PYTHON), "-c", "import sys, pip; sys.exit(sys.version_info < (3, 11))"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def make_venv() -> None:
    shutil.rmtree(VENV, ignore_errors=True)
    VENV.mkdir()
    UNFINISHED.touch()
    try:
        venv.create(VENV, symlinks=True, with_pip=True)
    except (OSError, subprocess.CalledProcessError):
        sys.exit(
            "Python could not make a virtual environment; on Debian or Ubuntu, "
            "`apt-get install python3-venv` adds what is missing."
        )


def explanation(stderr: str) -> str:
    if any(sign in stderr for sign in OFFLINE):
        return (
            "The packages could not be downloaded because the package index does not answer: "
            "connect to the internet, then run this again."
        )
    errors = [line.removeprefix("ERROR: ") for line in stderr.splitlines() if line.startswith("ERROR: ")]
    reason = errors[-1].rstrip(".") if errors else "pip stopped"
    return f"The packages could not be installed ({reason}); {LOG.relative_to(ROOT)} has the details."


def main(name: str) -> None:
    if is_installed(name):
        return
    print(f"Installing what {name} lists; the first time takes a minute or two.", flush=True)
    try:
        install(name)
    except KeyboardInterrupt:
        sys.exit("Stopped before everything was installed; the next run starts afresh.")


if __name__ == "__main__":
    main(sys.argv[1])
