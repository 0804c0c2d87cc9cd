"""The words of an automatic message: the default ones, or those the therapist has written in the admin.

A placeholder such as {link} is replaced by text, so stored words are never run as a template.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bookings.messages.context import MessageContext
from bookings.messages.definitions import Audience, MessageDefinition, Placeholder
from bookings.models import MAX_SUBJECT_LENGTH, MessageTemplate, Person
from bookings.text import practice_mention
from practice.models import Practice

MAX_BODY_LENGTH = 5_000  # characters

PLACEHOLDER = re.compile(r"\{(\w+)\}")
IN_BRACES = re.compile(r"\{[^{}\n]*\}")


@dataclass(frozen=True)
class MessageWords:
    subject: str
    body: str


def default_words(definition: MessageDefinition) -> MessageWords:
    return MessageWords(definition.subject, definition.default_body.strip())


def current_words(definition: MessageDefinition) -> MessageWords:
    """Return the words that the therapist has written, else the default ones."""
    template = MessageTemplate.objects.filter(kind=definition.kind).first()
    return MessageWords(template.subject, template.body) if template else default_words(definition)


def save_words(definition: MessageDefinition, words: MessageWords) -> None:
    """Save the words, unless they are the default ones, of which nothing is stored."""
    if words == default_words(definition):
        MessageTemplate.objects.filter(kind=definition.kind).delete()
    else:
        defaults = {"subject": words.subject, "body": words.body}
        MessageTemplate.objects.update_or_create(kind=definition.kind, defaults=defaults)


def values_in(definition: MessageDefinition, words: MessageWords, context: MessageContext) -> dict[str, str]:
    """Return the values of the placeholders that these words use; a link is made only where it is sent."""
    used = set(PLACEHOLDER.findall(words.subject + words.body))
    return {item.name: item.value(context) for item in definition.placeholders if item.name in used}


def sample_values(definition: MessageDefinition) -> dict[str, str]:
    return {placeholder.name: placeholder.sample for placeholder in definition.placeholders}


def fill(words: MessageWords, values: Mapping[str, str]) -> MessageWords:
    paragraphs = [_fill_paragraph(text, values) for text in _paragraphs(words.body)]
    return MessageWords(one_line(_fill_line(words.subject, values)), "\n\n".join(filter(None, paragraphs)) + "\n")


def _paragraphs(body: str) -> list[str]:
    return re.split(r"\n\s*\n", body.strip())


def one_line(text: str) -> str:
    # A line break in a subject would begin another header.
    return " ".join(text.split())


def _fill_paragraph(paragraph: str, values: Mapping[str, str]) -> str:
    """Leave out the lines that are only an empty placeholder.

    Return nothing if such a line was left out and every placeholder of the paragraph is empty.
    """
    lines = paragraph.splitlines()
    remaining = [line for line in lines if not _is_empty_placeholder(line.strip(), values)]
    if len(remaining) < len(lines) and not any(values.get(name) for name in PLACEHOLDER.findall(paragraph)):
        return ""
    return "\n".join(_fill_line(line, values) for line in remaining)


def _is_empty_placeholder(line: str, values: Mapping[str, str]) -> bool:
    match = PLACEHOLDER.fullmatch(line)
    return match is not None and values.get(match[1]) == ""


def _fill_line(line: str, values: Mapping[str, str]) -> str:
    """Replace the placeholders; with an empty value, the space before it goes too."""

    def replace(match: re.Match[str]) -> str:
        value = values.get(match[2], f"{{{match[2]}}}")
        return match[1] + value if value else ""

    return re.sub(r"( ?)\{(\w+)\}", replace, line).strip(" ")


def problems(definition: MessageDefinition, words: MessageWords, practice: Practice) -> dict[str, list[str]]:
    """Return the reasons why these words cannot be used, as sentences about the subject and about the body."""
    subject, body = words.subject, words.body
    in_subject = [placeholder for placeholder in definition.placeholders if placeholder.fits_subject]
    about_subject = _problems_of_length("subject", subject, MAX_SUBJECT_LENGTH)
    if len(subject.splitlines()) > 1:
        about_subject.append("The subject must be a single line.")
    about_subject += _problems_of_placeholders("subject", subject, in_subject)
    default = default_words(definition)
    about_subject += _problems_of_neutrality("subject", subject, default.subject, practice)
    about_body = _problems_of_length("message", body, MAX_BODY_LENGTH)
    about_body += _problems_of_placeholders("message", body, definition.placeholders)
    about_body += [
        f"Put {item} back into the message. It becomes: {item.meaning}"
        for item in definition.placeholders
        if item.is_required and str(item) not in body
    ]
    about_body += [
        f"Give {item} a paragraph of its own, on its own line, without another placeholder. "
        f"Where it becomes nothing, the whole paragraph is left out."
        for item in definition.placeholders
        if item.needs_own_paragraph and not _has_own_paragraphs(body, item)
    ]
    if definition.audience == Audience.PERSON:
        about_body += _problems_of_neutrality("message", body, default.body, practice)
    return {"subject": about_subject, "body": about_body}


def _has_own_paragraphs(body: str, placeholder: Placeholder) -> bool:
    """Return whether each paragraph with this placeholder has it on a line of its own and has no other."""
    paragraphs = [text for text in _paragraphs(body) if str(placeholder) in text]
    return all(
        {line.strip() for line in text.splitlines() if PLACEHOLDER.search(line)} == {str(placeholder)}
        for text in paragraphs
    )


def _problems_of_length(part: str, text: str, maximum: int) -> list[str]:
    if not text.strip():
        return [f"Write the {part}."]
    if len(text) > maximum:
        return [f"Use {maximum:,} characters or fewer in the {part}; it has {len(text):,}."]
    return []


def _problems_of_placeholders(part: str, text: str, allowed: tuple[Placeholder, ...] | list[Placeholder]) -> list[str]:
    names = [str(placeholder) for placeholder in allowed]
    rule = f"The {part} can use {', '.join(names)}." if names else f"The {part} can use no placeholder."
    unknown = [name for name in dict.fromkeys(IN_BRACES.findall(text)) if name not in names]
    sentences = [f"{name} is not known here. {rule}" for name in unknown]
    if re.search(r"[{}]", IN_BRACES.sub("", text)):
        sentences.append(f"There is a brace without its partner. {rule}")
    return sentences


def _problems_of_neutrality(part: str, text: str, default_text: str, practice: Practice) -> list[str]:
    """Refuse the practice, its field and anybody who has written: someone else may read the message."""
    sentences = []
    if match := practice_mention(text, practice.name):
        sentences.append(f"Somebody else may read it, so the {part} cannot say “{match}”.")
    default = default_text.casefold()
    people = Person.objects.only("row_id", "name", "email", "key__wrapped").select_related("key")
    names = {name for person in people for name in (_full_name(person.name), person.email) if name}
    if any(_mentions(text, name) for name in names if name.casefold() not in default):
        sentences.append(f"The {part} names somebody who has written to you. Take their name out.")
    return sentences


def _mentions(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", text.casefold()) is not None


def _full_name(name: str) -> str:
    """Return nothing for a first name alone or one of short words only, which may be everyday words such as “Grace”."""
    words = name.split()
    return " ".join(words) if len(words) > 1 and max(map(len, words)) > 2 else ""
