"""What axe-core finds on a page as it stands, and what is wider than the screen; no page may have either."""

from collections.abc import Iterable, Iterator
from itertools import product

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests import soak

OPTIONS = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
    "preload": False,  # axe would read the stylesheets by adding styles, which the policy refuses
}
# What width and colours change; in a soak, each look is taken with all rules.
VISUAL = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "target-size", "scrollable-region-focusable"]},
    "resultTypes": ["violations"],
    "preload": False,
}
PUBLIC = list(product((320, 1280), ("light", "dark")))
LOOKS = [(320, "light"), (1280, "dark")]  # of many states, where every look at each would take too long
ADMIN = list(product((390, 1280), ("light",)))


def accessibility_problems(page: Page, name: str, looks: list[tuple[int, str]]) -> Iterator[str]:
    """Everything wrong with the page as it stands, in each width and scheme."""
    page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")
    page.evaluate(AXE_SCRIPT)
    for number, (width, scheme) in enumerate(looks):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        # The editor's bar covers something wherever one scrolls to, but for the end, its own place.
        page.evaluate("if (document.querySelector('.page-actions')) scrollTo(0, document.body.scrollHeight)")
        options = OPTIONS if number == 0 or soak.IS_ON else VISUAL
        result = page.evaluate("options => axe.run(options)", options)
        assert result["testEngine"]["name"] == "axe-core"
        for violation in result["violations"]:
            for node in violation["nodes"]:
                why = "; ".join(check["message"] for check in node["any"] + node["all"] + node["none"])
                target = " ".join(str(part) for part in node["target"])
                yield f"{name}, {width} {scheme}: {violation['id']} ({violation['impact']}) {target}: {why}"
        across = page.evaluate("document.scrollingElement.scrollWidth")
        if width < 400 and across > width:
            yield f"{name}, {width} {scheme}: {across} px wide"


def expect_none(problems: Iterable[str]) -> None:
    unique = sorted(set(problems))
    assert not unique, f"{len(unique)} found:\n" + "\n".join(unique)
