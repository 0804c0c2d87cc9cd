"""Undo redirect addresses, which mail filters, search engines and social networks put in place of the real ones.

They tell a third party about each visit, and some contain the email address of the person who received the link.
"""

import re
from base64 import urlsafe_b64decode
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

MAX_REDIRECTS = 5  # one inside another

Undo = Callable[[SplitResult], str | None]

_RUN_LENGTHS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"  # of Proofpoint, from 2


def undo(address: str) -> str:
    """Return the address that a redirect leads to, with https instead of http; any other address unchanged."""
    for _ in range(MAX_REDIRECTS):
        target = _target(address)
        if target is None:
            break
        address = target
    return address


def _target(address: str) -> str | None:
    """Return the address that the redirect contains, or None if it is not a known redirect."""
    if not address[:8].lower().startswith(("https://", "http://")):
        return None
    with suppress(ValueError):
        url = urlsplit(address)
        place = f"{(url.hostname or '').lower()}{url.path or '/'}"
        for pattern, undo_one in _KINDS:
            if pattern.fullmatch(place) and (target := _as_address(undo_one(url))):
                return target
    return None


def _as_address(target: str | None) -> str | None:
    match = re.match(r"https?:/{1,2}(?=[^/\s])", target or "", re.IGNORECASE)
    return f"https://{target[match.end() :]}" if target and match else None


def _query(*names: str) -> Undo:
    def undo_one(url: SplitResult) -> str | None:
        values = {name.lower(): texts[0] for name, texts in parse_qs(url.query).items()}
        return next((values[name] for name in names if name in values), None)

    return undo_one


def _proofpoint_2(url: SplitResult) -> str | None:
    text = _query("u")(url)
    return unquote(text.translate(str.maketrans("-_", "%/"))) if text else None


def _proofpoint_3(url: SplitResult) -> str | None:
    """Read `/v3/__https://example.org/a*b__;Kw!!…`: each “*” stands for the next character of the Base64 text."""
    whole = url._replace(scheme="", netloc="").geturl()
    match = re.fullmatch(r"/v3/__(.+?)__;([\w-]*)!.*", whole, re.DOTALL)
    if match is None:
        return None
    characters = _base64(match[2]).decode()
    position = 0

    def replaced(run: re.Match[str]) -> str:
        nonlocal position
        length = _RUN_LENGTHS.index(run[1]) + 2 if run[1] else 1
        position += length
        if position > len(characters):
            raise ValueError("The address has more gaps than characters for them.")
        return characters[position - length : position]

    return re.sub(r"\*(?:\*(.))?", replaced, match[1])


def _cisco(url: SplitResult) -> str | None:
    return unquote(url.path.rpartition("/")[2])


def _sophos(url: SplitResult) -> str | None:
    text = _query("u")(url)
    return _base64(text).decode() if text else None


def _bing(url: SplitResult) -> str | None:
    text = _query("u")(url)
    return _base64(text[2:]).decode() if text and text.startswith("a1") else None


def _yahoo(url: SplitResult) -> str | None:
    match = re.search(r"/RU=([^/;]+)", url.path)
    return unquote(match[1]) if match else None


def _base64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


_KINDS: list[tuple[re.Pattern[str], Undo]] = [
    (re.compile(place), undo_one)
    for place, undo_one in [
        (r"(?:[\w-]+\.)*safelinks\.protection\.(?:outlook\.com|office365\.us|outlook\.cn)/.*", _query("url")),
        (r"[a-z]+\.teams\.cdn\.office\.net/.*safelinks.*", _query("url")),
        (r"(?:www\.)?google\.[a-z]{2,3}(?:\.[a-z]{2})?/url", _query("q", "url")),
        (r"(?:l|lm)\.(?:facebook|messenger|instagram|threads)\.com/.*", _query("u")),
        (r"(?:www\.|m\.)?facebook\.com/(?:l|flx/warn)(?:\.php|/)?", _query("u")),
        (r"urldefense(?:\.proofpoint)?\.(?:com|us)/v1/url", _query("u")),
        (r"urldefense(?:\.proofpoint)?\.(?:com|us)/v2/url", _proofpoint_2),
        (r"urldefense(?:\.proofpoint)?\.(?:com|us)/v3/.*", _proofpoint_3),
        (r"(?:[\w-]+\.)?linkedin\.com/(?:redir/redirect|safety/go|redirect)/?", _query("url")),
        (r"(?:www\.|m\.)?youtube\.com/redirect", _query("q")),
        (r"slack-redir\.net/link", _query("url")),
        (r"out\.reddit\.com/.*", _query("url")),
        (r"(?:[\w-]+\.)?duckduckgo\.com/l/?", _query("uddg")),
        (r"(?:www\.|[a-z]{2}\.)?bing\.com/ck/a", _bing),
        (r"r\.search\.yahoo\.com/.*", _yahoo),
        (r"t\.umblr\.com/redirect", _query("z")),
        (r"(?:www\.|m\.)?vk\.com/away\.php", _query("to")),
        (r"linkprotect\.cudasvc\.com/url", _query("a")),
        (r"secure-web\.cisco\.com/.*", _cisco),
        (r"(?:[\w-]+\.)*protection\.sophos\.com/", _sophos),
        (r"(?:[\w-]+\.)*trendmicro\.com(?::443)?/.*clicktime.*", _query("url")),
        (r"clicktime\.symantec\.com/.*", _query("u")),
        (r"(?:[\w-]+\.)*fireeye\.com/.*", _query("u")),
    ]
]
