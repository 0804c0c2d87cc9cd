"""The living page of all components: only for people with a login, and audited like any page (test_every_page)."""

from playwright.sync_api import expect

COMPONENTS = [
    ".button", ".button.quiet", ".button.erase", ".callout", ".callout.warning", ".questions details", ".quote",
    "table", ".fees", ".prose .cards", ".places", ".sketch", ".picture", ".fanlight", ".lines .support", ".receipt",
    ".error-summary", ".field .hint", ".field.has-error .error", ".call-to-action",
]  # fmt: skip


def test_it_holds_every_component(sign_in):
    page = sign_in().page
    page.goto("/styleguide/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Styleguide")
    assert [name for name in COMPONENTS if not page.locator(f"main {name}").count()] == []


def test_each_room_has_a_sketch_with_a_name_and_a_plain_link_to_a_map(visitor):
    page = visitor().page
    found = {}
    for slug in ("harley-street", "st-pauls", "online"):
        page.goto(f"/locations/{slug}/")
        found[slug] = (
            page.locator(".sketch")
            .get_by_role("img")
            .evaluate_all("all => all.map(one => one.querySelector('title').textContent)"),
            page.locator(".sketch a").evaluate_all("all => all.map(one => [new URL(one.href).origin, one.rel])"),
        )
    link = ["https://www.openstreetmap.org", "noopener noreferrer"]
    assert found == {
        "harley-street": (["Sketch of the way to Harley Street"], [link]),
        "st-pauls": (["Sketch of the way to St Pauls"], [link]),
        "online": ([], []),
    }


def test_visitors_are_asked_to_log_in_and_nothing_is_kept(visitor, sign_in):
    page = visitor().page
    page.goto("/styleguide/")
    expect(page.get_by_label("Username")).to_be_visible()
    answer = sign_in().page.goto("/styleguide/")
    assert answer.headers["cache-control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert answer.text().count('<meta name="robots" content="noindex">') == 1
