"""Finds a Chromium for the journeys: CHROME_PATH, else the system's, the one without windows first, else Playwright's
own download."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.results import CannotRunError

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> tuple[str, str]:
    """Its name with its version, and its path, which is empty for Playwright's own."""
    if given := os.environ.get("CHROME_PATH"):
        if not os.access(given, os.X_OK):
            raise CannotRunError(f"CHROME_PATH is {given}, which is not a program.")
        return version(given), given
    for name in NAMES:
        if path := shutil.which(name):
            return version(path), path
    return version(playwright_own()), ""


def version(path: str) -> str:
    """For example "Chromium 156.0"."""
    try:
        command = [path, "--version"]
        shown = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stdout
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise CannotRunError(f"The browser {path} does not start: {problem}.") from problem
    if match := re.search(r"(?P<name>[A-Z][\w ]*?) (?P<number>\d+\.\d+)", shown):
        return f"{match['name']} {match['number']}"
    raise CannotRunError(f"The browser {path} does not say its version.")


def playwright_own() -> str:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    if not Path(path).exists():
        print("Downloading Playwright's Chromium, as no Chromium or Chrome is installed.", flush=True)
        command = [sys.executable, "-m", "playwright", "install", "chromium"]
        if subprocess.run(command, capture_output=True, check=False).returncode or not Path(path).exists():
            raise CannotRunError(
                "No Chromium or Chrome is installed and Playwright's own could not be downloaded: "
                "install one, or set CHROME_PATH."
            )
    return path
