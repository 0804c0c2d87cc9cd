"""Finds a Chromium: CHROME_PATH, else the system's, else Playwright's own, which is downloaded if need be."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Playwright

# The one without windows starts fastest.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def executable(playwright: Playwright, *, with_history: bool = False) -> str:
    """Return the path of the fastest browser, or of the fastest that keeps a history as people's browsers do."""
    if path := os.environ.get("CHROME_PATH"):
        if not os.access(path, os.X_OK):
            pytest.fail(f"CHROME_PATH is {path}, which is not a program.", pytrace=False)
        return path
    names = NAMES[1:] if with_history else NAMES
    if path := next(filter(None, map(shutil.which, names)), None):
        return path
    path = playwright.chromium.executable_path
    if not Path(path).exists():
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], capture_output=True, check=False)
    if not Path(path).exists():
        pytest.fail(
            "No Chromium or Chrome is installed and Playwright's own could not be downloaded: "
            "install one, or set CHROME_PATH.",
            pytrace=False,
        )
    return path
