"""A planted person goes through the whole life of an enquiry, and then each place holds what it is expected to hold."""

import pytest

from tests.onlooker import table


@pytest.mark.parametrize(
    ("database", "is_short"),
    [
        (table.SQLITE, True),
        pytest.param(table.SQLITE, False, marks=pytest.mark.soak),
        pytest.param(table.POSTGRESQL, False, marks=pytest.mark.soak),
    ],
)
def test_an_onlooker_finds_what_the_table_says(playwright, database, is_short):
    with table.scene(playwright, database, is_short=is_short) as seen:
        found = list(table.look(seen, table.rows_of(database, is_short=is_short)))

    assert table.count(seen.life.words) == table.all_words()
    assert [problem for row, words in found for problem in table.problems(seen, row, words)] == []
