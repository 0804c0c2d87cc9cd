"""The clicks and fields that a task takes on the desk."""

import time


class Thumb:
    """Presses and fills in, and counts both."""

    def __init__(self, page):
        self.page, self.clicks, self.fields, self.began = page, 0, 0, time.monotonic()

    def press(self, role, name):
        self.clicks += 1
        self.page.get_by_role(role, name=name, exact=True).first.click()

    def fill(self, label, text):
        self.fields += 1
        self.page.get_by_label(label, exact=True).fill(text)
