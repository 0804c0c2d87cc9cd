"""Write the development .env on first use: `python -m practice.env_file`. Uses the standard library only."""

import base64
import os
import secrets
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENV_FILE = ROOT / ".env"


def development_env() -> str:
    """Return the text of an .env for this machine alone, with fresh keys."""
    field_key = base64.urlsafe_b64encode(os.urandom(32)).decode()
    return (
        "# Written by `make run` for this machine only; .env.example explains every line.\n"
        f"SECRET_KEY={secrets.token_urlsafe(50)}\n"
        f"FIELD_KEY={field_key}\n"
        "EMAIL_FROM=website@localhost\n"
        "THERAPIST_EMAIL=therapist@localhost\n"
    )


def write_development_env(path: Path = ENV_FILE) -> bool:
    """Write the file unless it exists, and return whether it was written."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(development_env())
    except FileExistsError:
        return False
    return True


if __name__ == "__main__":
    if write_development_env():
        print(f"Wrote {ENV_FILE.name} with fresh keys for this machine.")
