from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from pages import site_search


# The words are posted, so that they are in no URL, and so in no history, referrer or log. CSRF protection is left out,
# because a search changes nothing, and the token would need a cookie, which visitors otherwise do not get.
@csrf_exempt
# Not no-store, because browsers would then ask on Back whether to send the words again.
@cache_control(no_cache=True, private=True)
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    words = request.POST.get("words", "").replace("\0", " ").strip()[: site_search.MAX_QUERY_CHARS]
    return render(request, "pages/search.html", {"words": words, **(_results(words) if words else {})})


def _results(words: str) -> dict[str, Any]:
    now = timezone.now()
    hits = site_search.search(words, now)
    suggestion = "" if hits else site_search.suggestion(words, now)
    return {
        "hits": hits,
        "suggestion": suggestion,
        "result_count": _result_count(len(hits)),
        "is_crisis": site_search.is_crisis(words),
    }


def _result_count(number: int) -> str:
    if number == 0:
        return "No results"
    if number == site_search.MAX_HITS:
        return f"The {number} best matches"
    return f"{number} page{'' if number == 1 else 's'} found"
