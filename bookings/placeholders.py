"""The placeholders in reply templates, such as {name}."""

import re

from bookings import formatting
from bookings.models import Enquiry
from practice.models import Practice


def fill(text: str, enquiry: Enquiry, practice: Practice) -> str:
    """Replace {name}, {reference}, {where} and {therapist}; anything else in braces stays as it is."""
    values = {
        "name": enquiry.contact.name,
        "reference": enquiry.reference,
        "where": formatting.within_a_sentence(enquiry.location),
        "therapist": practice.therapist_name,
    }
    return re.sub(r"\{(\w+)\}", lambda match: values.get(match[1], match[0]), text)


def fill_times(text: str, times: list[str], until: str, address: str = "") -> str:
    """Replace {times} by a line for each time, and {until}.

    {link} stays: it is replaced when the message is sent, so that no stored reply holds a private link.
    """
    lines = "\n".join([f"- {time}" for time in times] + [f"  {line}" for line in address.splitlines()])
    values = {name: value for name, value in (("times", lines), ("until", until)) if value}
    return re.sub(r"\{(times|until)\}", lambda match: values.get(match[1], match[0]), text)
