"""Seal what was written before sealing was set up, and the letters that have left; see practice/sealing.

Each row is one transaction, and what is sealed is passed over, so whoever is interrupted begins once more.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import Error, transaction

from bookings.encryption import EncryptedRow, encrypted_fields, pks_stored_as, read_texts, write_texts
from bookings.models import Appointment, Enquiry, Event, Reply
from practice import aead
from practice.sealing import practice_keys
from practice.tiers import Tier

MODELS: tuple[type[EncryptedRow], ...] = (Enquiry, Event, Reply, Appointment)
logger = logging.getLogger(__name__)
Progress = Callable[[int, int], None]  # how many rows are done, and of how many


def seal_rest(now: datetime, progress: Progress = lambda done, of: None) -> int:
    """Seal every row that can be sealed and isn't, and return how many there were.

    RETENTION_TASKS calls this, so that whatever was written without a key at hand is sealed within the hour.
    """
    if practice_keys.newest() is None:
        return 0
    rows = [(model, pk) for model in MODELS for pk in unsealed(model)]
    sealed = 0
    for number, (model, pk) in enumerate(rows, start=1):
        sealed += seal_row(model, pk)
        progress(number, len(rows))
    return sealed


def unsealed(model: type[EncryptedRow]) -> list[int]:
    """Return the rows with a text of the sealed tier under the key of their person alone."""
    sealed_fields = [field for field in encrypted_fields(model) if field.tier == Tier.SEALED]
    return pks_stored_as(model, sealed_fields, aead.PREFIX)


@transaction.atomic
def seal_row(model: type[EncryptedRow], pk: int) -> bool:
    """Seal one row, and return whether it was; not one that still has to be sent, or was erased meanwhile."""
    row = model._base_manager.select_for_update().filter(pk=pk).first()
    if row is None or row.is_needed_unsealed:
        return False
    read_texts(row)
    write_texts(row)
    return True


def seal_reply(pk: int) -> None:
    """Seal a letter that the mail server has just taken. Trouble is only logged: the letter must not be sent twice."""
    if practice_keys.newest() is not None:
        try:
            seal_row(Reply, pk)
        except Error:
            logger.warning("Reply %s could not be sealed yet; the next hour tries it again.", pk)
