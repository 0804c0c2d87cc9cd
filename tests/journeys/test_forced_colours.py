"""In Windows' contrast themes, where the system paints, everything is still told apart (CSS forced-colors)."""

from tests.journeys import form_steps, page_states
from tests.journeys.audit import expect_none

# Letters are in a colour that the system has for letters, drawings in one too, and whatever was told by a ground or a
# shadow, which are gone, has an edge or a line.
UNREADABLE = """() => {
  const found = []
  const isShown = (one) => one.checkVisibility() && one.getBoundingClientRect().width > 1
  const probe = document.body.appendChild(document.createElement("i"))
  const sheet = new CSSStyleSheet()
  document.adoptedStyleSheets.push(sheet)
  const [paper, ...inks] = ["Canvas", "CanvasText", "GrayText", "LinkText", "VisitedText", "ButtonText", "FieldText"]
    .map((name) => {
      sheet.replaceSync(`i:last-child { color: ${name} }`)
      return getComputedStyle(probe).color
    })
  probe.remove()
  document.adoptedStyleSheets.pop()

  const fields = "textarea, input:not([type=radio], [type=checkbox], [type=hidden])"

  for (const one of document.querySelectorAll("body *")) {
    if (!isShown(one) || one.closest(".visually-hidden, .honeypot")) continue
    const style = getComputedStyle(one)
    const name = one.outerHTML.slice(0, 70)
    const hasText = [...one.childNodes].some((node) => node.nodeType == Node.TEXT_NODE && node.data.trim())
    if (one.closest("svg")) {
      const isDrawn = one.matches("path, circle") && inks.includes(style.stroke)
      if (one.matches("path, circle") && !isDrawn) found.push(`${name} is drawn in ${style.stroke}`)
      if (one.matches("text") && !inks.includes(style.fill)) found.push(`${name} is written in ${style.fill}`)
    } else if (hasText && !inks.includes(style.color)) {
      found.push(`${name} is written in ${style.color}`)
    }
    if (!one.matches(`${fields}, .button, .choice, .error-summary, .callout`)) continue
    const { borderTopStyle, borderTopWidth, borderTopColor } = style
    if (borderTopStyle != "solid" || parseFloat(borderTopWidth) < 1 || borderTopColor == paper)
      found.push(`${name} has no edge`)
  }
  const current = document.querySelector(".page-header nav [aria-current]")
  if (current && !getComputedStyle(current).textDecorationLine.includes("underline"))
    found.push("the menu does not say where the reader is")
  return found
}"""
RING = """() => {
  const style = getComputedStyle(document.activeElement)
  return [style.outlineStyle, style.outlineWidth, style.outlineColor != style.backgroundColor]
}"""


def unreadable_elements(page):
    for scheme in ("light", "dark"):
        page.emulate_media(forced_colors="active", color_scheme=scheme)
        yield from (f"{scheme}: {problem}" for problem in page.evaluate(UNREADABLE))


def test_everything_can_be_read_on_every_page(visitor, visit_every_page):
    page = visitor().page
    expect_none(f"{name}, {problem}" for name in visit_every_page(page) for problem in unreadable_elements(page))


def test_what_cannot_be_read_is_found(visitor):
    page = visitor(width=1280).page
    page.goto("/search/")
    page_states.search(page, "ketamine")
    assert [*unreadable_elements(page)] == []
    faults = {
        "mark { color: MarkText !important }": "dark: <mark>Ketamine</mark> is written in rgb(0, 0, 0)",
        ".button { border: 0 !important }": "Request a consultation</a> has no edge",
        ".fanlight path { stroke: #8a6628 !important }": "is drawn in rgb(138, 102, 40)",
        ".fanlight path { stroke: Canvas !important }": "is drawn in rgb(255, 255, 255)",
    }
    for fault, word in faults.items():
        page_states.add_stylesheet(page, fault)
        assert word in "\n".join(unreadable_elements(page))
    page.goto("/about/")
    assert [*unreadable_elements(page)] == []
    page_states.add_stylesheet(page, "nav a { text-decoration: none !important }")
    assert {*unreadable_elements(page)} == {
        f"{scheme}: the menu does not say where the reader is" for scheme in ("light", "dark")
    }


def test_the_focus_and_what_is_chosen_are_seen(visitor):
    page = visitor().page
    page.emulate_media(forced_colors="active")
    page.goto(form_steps.FORM)
    name, send = page.get_by_label("Your name"), page.get_by_role("button", name="Send")
    chosen, other = form_steps.choice(page, "Harley Street"), form_steps.choice(page, "Online")
    before = chosen.screenshot(), other.screenshot()
    chosen.focus()
    page.keyboard.press("Space")
    rings = [page.evaluate(RING)]
    for one in (name, send):
        one.focus()
        rings.append(page.evaluate(RING))
    assert rings == [["solid", "3px", True]] * 3
    after = chosen.screenshot(), other.screenshot()
    assert (before[0] == after[0], before[1] == after[1]) == (False, True)
