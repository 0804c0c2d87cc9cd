from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from pages import search_engine


# Posted, so that the words are in no address, and so in no history, referrer or log. Without CSRF protection, because
# nothing is changed by a search, and its token would need the first cookie that a visitor gets.
@csrf_exempt
# Not no-store, with which a browser asks on Back whether to send the words again; it holds no more than what it led to.
@cache_control(no_cache=True, private=True)
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    words = request.POST.get("words", "").replace("\0", " ").strip()[: search_engine.MAX_LETTERS]
    return render(request, "pages/search.html", {"words": words, **(_answer(words) if words else {})})


def _answer(words: str) -> dict[str, Any]:
    now = timezone.now()
    hits = search_engine.search(words, now)
    suggestion = "" if hits else search_engine.suggestion(words, now)
    return {
        "hits": hits,
        "suggestion": suggestion,
        "found": _found(len(hits)),
        "is_crisis": search_engine.is_crisis(words),
    }


def _found(number: int) -> str:
    if number == 0:
        return "Nothing found"
    if number == search_engine.MAX_HITS:
        return f"The {number} pages that fit best"
    return f"{number} page{'' if number == 1 else 's'} found"
