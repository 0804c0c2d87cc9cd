"""Two ways to work at a screen: with a mouse, or with the keyboard alone."""

from playwright.sync_api import Locator, Page

IS_FOCUSED = "element => element === document.activeElement || element.contains(document.activeElement)"


class Mouse:
    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, target: Locator) -> None:
        target.click()

    def fill(self, target: Locator, words: str) -> None:
        target.fill(words)

    def set_moment(self, target: Locator, moment: str) -> None:
        target.fill(moment)


class Keyboard:
    """Nothing is reached but by the Tab key, nothing done but by keys."""

    MOST = 400

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, target: Locator) -> None:
        target.wait_for()
        for _ in range(self.MOST):
            if target.evaluate(IS_FOCUSED):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"The Tab key never came to {target}")

    def press(self, target: Locator) -> None:
        self.reach(target)
        self.page.keyboard.press("Enter")

    def fill(self, target: Locator, words: str) -> None:
        self.reach(target)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.press("Delete")
        self.page.keyboard.type(words)

    def set_moment(self, target: Locator, moment: str) -> None:
        """Its parts stand in the order of the browser's own language, American in a bare Chromium."""
        day, time = moment.split("T")
        year, month, date = day.split("-")
        for keys in (f"{month}{date}{year}", f"{date}{month}{year}"):
            self.reach(target)
            self.page.keyboard.type(keys)
            self.page.keyboard.press("ArrowRight")
            self.page.keyboard.type(time.replace(":", "") + "AM")
            if target.input_value() == moment:
                return
            self.page.keyboard.press("Shift+Tab")
        raise AssertionError(f"{moment} cannot be typed, only {target.input_value()!r}")
