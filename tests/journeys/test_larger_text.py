"""Text larger or wider apart than it was designed costs nobody a word (WCAG 2.2, 1.4.4, 1.4.12), on every page."""

import pytest

from tests.journeys import page_states
from tests.journeys.audit import expect_none
from tests.journeys.page_states import LARGER

SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
p { margin-bottom: 2em !important }"""
# Every line of text as a rectangle; then what is cut off, runs out of its box, lies over another text or under the bar.
LOST = """() => {
  const root = document.documentElement, found = []
  const isShown = (one) => one.checkVisibility() && one.clientWidth + one.getBoundingClientRect().width > 1
  const cuts = (style) => /hidden|clip/.test(style.overflowX + style.overflowY)
  const short = (text) => `“${text.trim().replace(/\\s+/g, " ").slice(0, 40)}”`

  for (const one of document.querySelectorAll("body *:not(svg, svg *, input, textarea, .visually-hidden)")) {
    if (!cuts(getComputedStyle(one)) || !isShown(one)) continue
    if (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1)
      found.push(`${one.localName} cuts off ${short(one.innerText)}`)
  }
  if (root.scrollWidth > root.clientWidth) {
    const wide = [...document.querySelectorAll("body *")]
      .filter((one) => isShown(one) && one.getBoundingClientRect().right > root.scrollWidth - 1)
    found.push(`${root.scrollWidth} px wide with ${wide.at(-1)?.outerHTML.slice(0, 90)}`)
  }

  const bar = document.querySelector(".actions")
  const isBarFixed = getComputedStyle(bar).position == "fixed"
  const layer = (one) => isBarFixed && bar.contains(one) ? "bar" : "page"
  const boxOf = (one) => {
    const drawing = one.closest("svg")
    if (drawing) return drawing.parentElement
    while (/inline$|contents/.test(getComputedStyle(one).display)) one = one.parentElement
    return one
  }
  const lines = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node; (node = walker.nextNode()); ) {
    const one = node.parentElement
    const isUnseen = one.closest("title, desc, script, .visually-hidden, .skip, .honeypot") || !one.checkVisibility()
    if (isUnseen || !node.data.trim()) continue
    const range = document.createRange()
    range.selectNodeContents(node)
    const box = boxOf(one).getBoundingClientRect()
    for (const { left, right, top, bottom } of range.getClientRects()) {
      const slack = (bottom - top) * 0.35
      if (right - left < 2) continue
      if (left < 0 || right > root.clientWidth) found.push(`${short(node.data)} runs out of the window`)
      lines.push({ node, layer: layer(one), left, right, top, bottom })
      if (left < box.left - 1 || right > box.right + 1 || top < box.top - slack || bottom > box.bottom + slack)
        found.push(`${short(node.data)} runs out of its ${boxOf(one).localName}`)
    }
  }

  lines.sort((one, other) => one.top - other.top)
  lines.forEach((one, index) => {
    for (const other of lines.slice(index + 1)) {
      if (other.top > one.bottom) break
      const across = Math.min(one.right, other.right) - Math.max(one.left, other.left)
      const down = Math.min(one.bottom, other.bottom) - other.top
      const least = Math.min(one.bottom - one.top, other.bottom - other.top)
      if (one.node != other.node && one.layer == other.layer && across > 2 && down > 0.35 * least)
        found.push(`${short(one.node.data)} lies over ${short(other.node.data)}`)
    }
  })

  const last = Math.max(...lines.filter((line) => line.layer == "page").map((line) => line.bottom)) + scrollY
  if (isBarFixed && last > root.scrollHeight - bar.offsetHeight) found.push("the bar stays over the end of the page")
  return [...new Set(found)]
}"""


def clipped_elements(page, css):
    page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")
    page_states.add_stylesheet(page, css)
    return page.evaluate(LOST)


@pytest.mark.parametrize("width", [320, pytest.param(1280, marks=pytest.mark.soak)])
def test_no_word_is_lost_on_any_page(visitor, visit_every_page, width):
    page = visitor(width=width).page
    looks = {"as designed": "", "larger": LARGER, "spaced": SPACED}
    expect_none(
        f"{name}, {look}: {element}"
        for name in visit_every_page(page)
        for look, css in looks.items()
        for element in clipped_elements(page, css)
    )


def test_a_lost_word_is_found(visitor):
    page = visitor(width=320).page
    page.goto("/private-browsing/")
    assert clipped_elements(page, SPACED) == []
    faults = {
        "h1 { height: 1em; overflow: hidden }": "h1 cuts off “Private browsing”",
        "h1 { white-space: nowrap; width: 40em }": "px wide",
        ".lead { height: 1em }": "runs out of its p",
        ".button { width: 4em; white-space: nowrap }": "runs out of its a",
        ".leave { translate: 3em }": "“Leave this site” runs out of the window",
        ".page-footer h2 { margin-bottom: -1em !important }": "“Urgent help” lies over “999”",
        ".page-footer { padding-bottom: 0 !important }": "the bar stays over the end of the page",
    }
    for fault, word in faults.items():
        assert word in "\n".join(clipped_elements(page, SPACED + fault))
    page.goto("/locations/harley-street/")
    assert clipped_elements(page, SPACED) == []
    moved = clipped_elements(page, f"{SPACED} .goal-name {{ transform: translateX(-3em) }}")
    assert "“Harley Street” runs out of its figure" in moved
