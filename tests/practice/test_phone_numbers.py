import pytest

from practice.phone_numbers import dial, numbers, pieces


@pytest.mark.parametrize(
    ("text", "dialled"),
    [
        ("07700 900 982", ["07700900982"]),
        ("+44 20 7946 0018", ["+442079460018"]),
        ("07700 900 982 or 020 7946 0018", ["07700900982", "02079460018"]),
        ("07700 900 982 / +1 212 555 0123 (evenings)", ["07700900982", "+12125550123"]),
        ("07700900982 02079460018", ["07700900982", "02079460018"]),
        ("after 7pm: 07700 900982", ["07700900982"]),
        ("01234 567890 ext 12", ["01234567890"]),
        ("12345", ["12345"]),
        ("1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8", []),  # no number that can be told from another
        ("", []),
    ],
)
def test_each_number_among_the_words_can_be_dialled(text, dialled):
    assert [piece.dial for piece in pieces(text) if piece.dial] == dialled
    assert "".join(piece.text for piece in pieces(text)) == text
    assert len(numbers(text)) == len(dialled)
    assert dial(text) == (dialled[0] if dialled else "")
