"""`python -m tests.summary FOLDER PART…`: add up the JUnit reports of the parts of `make test`."""

import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

FAILED = {"failure", "error"}


def count(report: Path) -> Counter[str]:
    """Return how many tests passed, failed and were skipped; a part that left no report could not run, one failure."""
    try:
        cases = ElementTree.parse(report).iter("testcase")  # noqa: S314 (written by pytest on this machine)
    except (OSError, ElementTree.ParseError):
        return Counter(failed=1)
    return Counter(outcome({child.tag for child in case}) for case in cases)


def outcome(tags: set[str]) -> str:
    return "failed" if tags & FAILED else "skipped" if "skipped" in tags else "passed"


def sentence(counts: Counter[str]) -> str:
    skipped = f", {counts['skipped']} skipped" if counts["skipped"] else ""
    return f"{counts['passed']} passed, {counts['failed']} failed{skipped}"


def main(folder: Path, parts: list[str]) -> int:
    print()
    total: Counter[str] = Counter()
    if (folder / "lint-failed").exists():
        print("Code: failed")
        total["failed"] += 1
    for part in parts:
        counts = count(folder / f"{part}.xml")
        print(f"{part}: {sentence(counts) if counts else 'no test was chosen'}")
        total += counts
    print(sentence(total))
    return 0 if total["passed"] and not total["failed"] else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
