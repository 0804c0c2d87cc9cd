"""Text larger or wider apart than it was designed costs nobody a word (WCAG 2.2, 1.4.4, 1.4.12), on every page."""

import re

import pytest

from tests.journeys import steps

LARGER = "html { font-size: 200% !important }"
SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
p { margin-bottom: 2em !important }"""
ADOPT = """css => {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css)
  document.adoptedStyleSheets = [sheet]
}"""
# What is cut off at its own edge, and what is wider than the window.
CUT_OFF = """() => {
  const found = []
  for (const one of document.querySelectorAll("body *")) {
    const style = getComputedStyle(one)
    const cuts = style.overflowX != "visible" || style.overflowY != "visible"
    const isShown = one.checkVisibility() && one.clientWidth > 1
    if (!cuts || !isShown || /auto|scroll/.test(style.overflow) || one.matches("svg, svg *, textarea")) continue
    const isCut = one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1
    if (isCut) found.push(one.outerHTML.slice(0, 90))
  }
  const root = document.documentElement
  if (root.scrollWidth > root.clientWidth) found.push(`${root.scrollWidth} px wide`)
  return found
}"""


def cut_off(page, css):
    page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")
    page.evaluate(ADOPT, css)
    return page.evaluate(CUT_OFF)


@pytest.mark.parametrize(("css", "width"), [(LARGER, 1280), (SPACED, 320), (SPACED, 1280)])
def test_nothing_is_cut_off_on_any_page(visitor, client, css, width):
    page = visitor(width=width).page
    paths = re.findall(r"<loc>https?://[^/]+(/.*?)</loc>", client.get("/sitemap.xml").content.decode())
    found = {}
    for path in [*paths, steps.FORM, f"{steps.FORM}?kind=complaint", "/search/", "/nowhere/"]:
        page.goto(path)
        found[path] = cut_off(page, css)
    page.goto(steps.FORM)
    steps.send(page)
    steps.expect_focus_on_the_summary(page)
    found["form with errors"] = cut_off(page, css)

    assert len(found) == 27
    assert {path: what for path, what in found.items() if what} == {}


def test_what_would_be_cut_off_is_found(visitor):
    page = visitor(width=320).page
    page.goto("/urgent-help/")
    assert cut_off(page, SPACED) == []
    [found] = cut_off(page, f"{SPACED} h1 {{ height: 1em; overflow: hidden }}")
    assert found.startswith("<h1")
    assert cut_off(page, f"{SPACED} h1 {{ white-space: nowrap; width: 40em }}")[-1].endswith("px wide")
