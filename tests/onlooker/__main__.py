"""`make onlooker`: print what is found in each place as a table in Markdown; ends with 1 if it is not as expected."""

import os
import sys
from pathlib import Path

import django


def main() -> int:
    from playwright.sync_api import expect, sync_playwright

    from tests.journeys.visitor import PATIENCE
    from tests.onlooker import table

    numbers, problems = {}, []
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        for database in (table.SQLITE, table.POSTGRESQL):
            with table.scene(playwright, database) as seen:
                for row, words in table.look(seen, table.rows_of(database)):
                    numbers.setdefault(row.place.name, table.count(words))
                    if wrong := table.problems(seen, row, words):
                        problems += [f"With {database}: {problem}" for problem in wrong]
                        problems.append(", ".join(sorted(f"{word.text} ({word.kind})" for word in words)))
    sys.stdout.write(table.markdown(numbers))
    for row in table.ROWS:
        if missing := table.what_is_missing(row.place):
            problems.append(f"Left out, because this machine has no {missing}: {row.place.name}.")
    sys.stderr.writelines(f"{problem}\n" for problem in problems)
    return 1 if problems else 0


if __name__ == "__main__":
    os.chdir(Path(__file__).parents[2])
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    sys.exit(main())
