"""A first visit is light: what goes over the wire, with headers, as Chromium counts it."""

from urllib.parse import urlsplit

from playwright.sync_api import Request

LIMIT = 30_000  # bytes
MOST_REQUESTS = 2  # besides the page and the icon, which the browser wants for its tab


def bytes_of(request: Request) -> int:
    sizes = request.sizes()
    return sizes["responseHeadersSize"] + sizes["responseBodySize"]


def test_a_first_visit_to_the_ketamine_page_is_at_most_30_kb_in_three_requests(visitor, capsys):
    someone = visitor()
    someone.page.goto("/addictions/ketamine/", wait_until="networkidle")
    weights = {urlsplit(request.url).path: bytes_of(request) for request in someone.requests}
    assert len(weights) == len(someone.requests)
    # Chromium asks for the icon in its own time, or not at all when it has no window: counted in any case.
    icon = someone.page.locator("link[rel=icon]").get_attribute("href")
    if icon not in weights:
        answer = someone.context.request.get(icon, headers={"Accept-Encoding": "gzip, deflate, br"})
        weights[icon] = int(answer.headers["content-length"]) + sum(
            len(f"{header['name']}: {header['value']}\r\n") for header in answer.headers_array
        )

    total = sum(weights.values())
    with capsys.disabled():
        shown = ", ".join(f"{path} {size}" for path, size in weights.items())
        print(f"\n{total} bytes for a first visit: {shown}", end=" ")  # noqa: T201 (the figures are asked for)
    assert all(size > 500 for size in weights.values())
    assert len([path for path in weights if path.startswith("/static/css/")]) == 1
    assert len(weights) - 2 <= MOST_REQUESTS
    assert total <= LIMIT
