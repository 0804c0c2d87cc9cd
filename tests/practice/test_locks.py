"""The locks name what the requirements name, with digests, and nobody's registry."""

import re

import pytest

from practice.settings import BASE_DIR

PIN = re.compile(r"^(?P<name>[\w.-]+)(?:\[[\w,]+\])?==(?P<version>[^\s;]+)", re.MULTILINE)
LOCKS = {
    "requirements-lock.txt": ["requirements.txt"],
    "requirements-dev-lock.txt": ["requirements.txt", "requirements-dev.txt"],
}
AGAIN = "Run `make lock`."


def read(name):
    return (BASE_DIR / name).read_text(encoding="utf-8")


def pins(name):
    return {match["name"].lower(): match["version"] for match in PIN.finditer(read(name))}


def entries(lock):
    """Return the name, the version and the text of each entry."""
    starts = [*PIN.finditer(text := read(lock))]
    ends = [match.start() for match in starts[1:]] + [len(text)]
    return [
        (match["name"], match["version"], text[match.start() : end]) for match, end in zip(starts, ends, strict=True)
    ]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_exactly_what_was_asked_for(lock):
    asked = {name: version for source in LOCKS[lock] for name, version in pins(source).items()}
    locked = {name: version for name, version, text in entries(lock) if re.search(r"-r requirements(-dev)?\.txt", text)}
    assert locked == asked, AGAIN


@pytest.mark.parametrize("lock", LOCKS)
def test_every_entry_has_a_digest(lock):
    assert [name for name, _, text in entries(lock) if "--hash=sha256:" not in text] == [], AGAIN
    assert len(entries(lock)) > 35


def test_the_site_is_tested_with_the_packages_that_it_runs_with():
    site = {(name, version) for name, version, _ in entries("requirements-lock.txt")}
    tests = {(name, version) for name, version, _ in entries("requirements-dev-lock.txt")}
    assert site - tests == set(), AGAIN


@pytest.mark.parametrize("name", [*LOCKS, "requirements.txt", "requirements-dev.txt"])
def test_no_registry_is_named(name):
    assert re.findall(r"https?:|--(?:extra-)?index|--find-links", read(name)) == []
