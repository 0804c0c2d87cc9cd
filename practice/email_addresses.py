"""Email addresses as people type and paste them, and as they are sent to."""

import unicodedata
from email.utils import formataddr, parseaddr
from typing import Any

import idna
from django import forms
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import models

JOINERS = "\u200c\u200d"  # invisible, but some words of Persian and Indian scripts differ only by them
# Invisible as well, although Unicode classifies them as letters, marks or symbols.
BLANK_CHARACTERS = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0" + "".join(map(chr, range(0xFE00, 0xFE10)))
MAX_LOCAL_PART, MAX_ADDRESS = 64, 254  # characters as sent (RFC 5321, 4.5.3.1)

NOT_AN_ADDRESS = "Enter an email address in the correct format, like name@example.com"
NOT_ASCII = "This site can’t send to an address with “{}” before the @. Check it, or enter another email address"
NO_SUCH_DOMAIN = "The part after the @ can’t be the name of a mail server. Check it, or enter another email address"
TOO_LONG = "This email address is too long to send to. Check it, or enter another one"


class UnsendableAddressError(Exception):
    """Nothing can be sent to the address; the sentence says why, without the address."""


def clean(text: str) -> str:
    """Drop what cannot be seen: spaces, direction and byte order marks, soft hyphens, characters of no width."""
    text = unicodedata.normalize("NFC", text).strip()
    local_part, at, domain = text.rpartition("@")
    kept = (char for position, char in enumerate(domain) if not _is_invisible(char) or _joins(domain, position))
    return "".join(char for char in local_part if not _is_invisible(char)) + at + "".join(kept)


def to_ascii(address: str) -> str:
    """Return the address as it is sent to, with its domain encoded as IDNA 2008 says (RFC 5891).

    Raises UnsendableAddressError.
    """
    local_part, _, domain = address.rpartition("@")
    if letters := "".join(dict.fromkeys(char for char in local_part if not char.isascii())):
        raise UnsendableAddressError(NOT_ASCII.format(letters))
    sendable = f"{local_part}@{_domain_to_ascii(domain)}"
    try:
        validate_email(sendable)
    except ValidationError as problem:
        raise UnsendableAddressError(NOT_AN_ADDRESS) from problem
    if len(local_part) > MAX_LOCAL_PART or len(sendable) > MAX_ADDRESS:
        raise UnsendableAddressError(TOO_LONG)
    try:
        EmailMessage(to=[sendable]).message()
    except ValueError as problem:
        raise UnsendableAddressError(NOT_AN_ADDRESS) from problem
    return sendable


def own_to_ascii(address: str) -> str:
    """Return an address of the practice, which may have a name before it, as it is sent to.

    Raises UnsendableAddressError.
    """
    name, plain = parseaddr(address)
    return address if plain.isascii() else formataddr((name, to_ascii(plain)))


def validate(address: str) -> None:
    """Raise ValidationError where nothing can be sent to the address."""
    try:
        to_ascii(address)
    except UnsendableAddressError as problem:
        raise ValidationError(f"{problem}.") from problem


class EmailAddressFormField(forms.EmailField):
    default_validators = [validate]

    def to_python(self, value: Any) -> str:
        return clean(super().to_python(value) or "")


class EmailAddressField(models.EmailField):
    """An address that can be sent to, with nothing invisible in it."""

    default_validators = [validate]

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        return super().formfield(**{"form_class": EmailAddressFormField, **kwargs})


def _is_invisible(char: str) -> bool:
    # An ordinary space can be seen, so an address with one is refused, not guessed at.
    return char != " " and (unicodedata.category(char) in ("Cc", "Cf", "Zs", "Zl", "Zp") or char in BLANK_CHARACTERS)


def _joins(domain: str, position: int) -> bool:
    """Return whether the character is a joiner where the script of its label needs one (RFC 5892, A.1 and A.2)."""
    if domain[position] not in JOINERS:
        return False
    start = domain.rfind(".", 0, position) + 1
    return idna.valid_contextj(domain[start:].partition(".")[0], position - start)


def _domain_to_ascii(domain: str) -> str:
    if domain.isascii():
        return domain
    try:
        return idna.encode(domain, uts46=True, std3_rules=True).decode()
    except idna.IDNAError as problem:
        raise UnsendableAddressError(NO_SUCH_DOMAIN) from problem
