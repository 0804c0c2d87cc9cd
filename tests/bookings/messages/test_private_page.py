"""What the message with the private page says to somebody who was entered by hand."""

from bookings.messages.automatic_words import default_words
from bookings.messages.to_person import PRIVATE_PAGE


def test_it_speaks_neither_of_a_form_nor_of_a_reply():
    words = default_words(PRIVATE_PAGE)

    assert words.subject == "Your own page – ref {reference}"
    assert "{link}" in words.body
    for word in ("form", "message has arrived", "answer", "therap", "four words"):
        assert word not in words.body
