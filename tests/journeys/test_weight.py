"""A first visit is light: what goes over the wire, with headers, as Chromium counts it."""

from urllib.parse import urlsplit

from playwright.sync_api import Request

from tests.journeys import form_steps

LIMIT = 30_000  # bytes
MAX_REQUESTS = 2  # besides the page and the icon, which the browser wants for its tab


def transfer_size(request: Request) -> int:
    sizes = request.sizes()
    return sizes["responseHeadersSize"] + sizes["responseBodySize"]


def weights_of_first_visit(someone, path: str) -> dict[str, int]:
    """Bytes of everything that the browser asks for of somebody who has never been here."""
    someone.page.goto(path)
    someone.page.evaluate("scrollTo(0, document.body.scrollHeight)")
    someone.page.wait_for_timeout(50)  # for what would come late, or only once it is near
    weights = {urlsplit(request.url).path: transfer_size(request) for request in someone.requests}
    assert len(weights) == len(someone.requests)
    # Chromium asks for the icon in its own time, or not at all when it has no window: counted in any case.
    icon = someone.page.locator("link[rel=icon]").get_attribute("href")
    if icon not in weights:
        answer = someone.context.request.get(icon, headers={"Accept-Encoding": "gzip, deflate, br"})
        weights[icon] = int(answer.headers["content-length"]) + sum(
            len(f"{header['name']}: {header['value']}\r\n") for header in answer.headers_array
        )
    return weights


def test_a_first_visit_to_any_page_is_at_most_30_kb_in_three_requests(visitor, public_paths, capsys):
    paths = [*public_paths, form_steps.FORM, f"{form_steps.FORM}?kind=complaint", "/search/"]
    visits = {path: weights_of_first_visit(visitor(), path) for path in paths}
    with capsys.disabled():
        print()  # noqa: T201 (the figures are asked for)
        for path, weights in visits.items():
            print(f"{sum(weights.values()):7,} bytes, {len(weights) - 1} requests and the icon: {path}")  # noqa: T201

    assert len(visits) == 25
    for path, weights in visits.items():
        assert all(size > 500 for size in weights.values()), path
        assert len([asked for asked in weights if asked.startswith("/static/css/")]) == 1, path
        assert len(weights) - 2 <= MAX_REQUESTS, path
        assert sum(weights.values()) <= LIMIT, path


def test_what_comes_late_is_weighed_too(visitor):
    someone = visitor()
    someone.context.add_init_script("addEventListener('scroll', () => fetch('/robots.txt'), { once: true })")
    assert weights_of_first_visit(someone, "/addictions/ketamine/")["/robots.txt"] > 500
