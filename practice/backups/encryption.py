"""The encryption of backups, to public keys of age (age-encryption.org/v1)."""

from collections.abc import Sequence
from pathlib import Path
from typing import IO

import pyrage

from practice.backups.errors import NO_PUBLIC_KEY, NOT_OPENED, BackupError


def new_key_pair() -> tuple[str, str]:
    """Return a public key (age1…) and the secret key (AGE-SECRET-KEY-1…) that opens what is encrypted to it."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity.to_public()), str(identity)


def is_public_key(text: str) -> bool:
    try:
        pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        return False
    return True


def encrypt(content: IO[bytes], target: IO[bytes], recipients: Sequence[str]) -> None:
    """Encrypt to public keys, any of whose secret keys opens it. Raises BackupError for one that is none."""
    try:
        keys = [pyrage.x25519.Recipient.from_str(text) for text in recipients]
    except pyrage.RecipientError as problem:
        raise BackupError(NO_PUBLIC_KEY) from problem
    pyrage.encrypt_io(content, target, keys)


def decrypt(source: IO[bytes], target: IO[bytes], identities: Sequence[str]) -> None:
    """Open a backup with secret keys. Raises BackupError if none of them fits or the backup is damaged."""
    try:
        pyrage.decrypt_io(source, target, [pyrage.x25519.Identity.from_str(text) for text in identities])
    except (pyrage.DecryptError, pyrage.IdentityError, OSError) as problem:
        raise BackupError(NOT_OPENED) from problem


def read_identities(path: Path) -> list[str]:
    """Return the secret keys in a file that `manage.py make_backup_key` has printed. Raises OSError."""
    lines = map(str.strip, path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]
