"""The limits of number and time fields. Their sentences say what to enter."""

from datetime import time

from django.core.exceptions import ValidationError
from django.core.validators import BaseValidator, MaxValueValidator, MinValueValidator

from bookings.scheduling.cells import MINUTES


def between(minimum: int, maximum: int, unit: str) -> list[BaseValidator]:
    """Return the validators of a number with both limits. `unit` is in the singular, such as “day”."""
    return [
        MinValueValidator(minimum, f"Enter {minimum} {unit}{'' if minimum == 1 else 's'} or more."),
        at_most(maximum, f"{unit}s"),
    ]


def at_most(limit: int, unit: str) -> BaseValidator:
    return MaxValueValidator(limit, f"Enter {limit} {unit} or fewer.")


def on_the_grid(minutes: int) -> None:
    if minutes % MINUTES:
        raise ValidationError(f"Enter a whole number of {MINUTES} minutes, such as 50 or 55.")


def clock_on_the_grid(at: time) -> None:
    if at.second or at.microsecond or at.minute % MINUTES:
        raise ValidationError(f"Enter a time in steps of {MINUTES} minutes, such as 09:00 or 09:05.")
