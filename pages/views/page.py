from typing import Any

from django.conf import settings
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from pages import navigation, structured_data
from pages.models import Page, Revision
from pages.rendering import render as render_source
from pages.source import Source, field, references
from pages.views import sharing_images
from practice import facts

# Browsers ask each time whether a page has changed, so that an unpublished page is gone at once.
always_asked_again = cache_control(no_cache=True)


@require_safe
@always_asked_again
def page(request: HttpRequest, path: str = "") -> HttpResponse:
    asked = f"/{path}/" if path else "/"
    if "\0" in asked:
        raise Http404  # PostgreSQL refuses the query
    edition = Revision.objects.public(timezone.now()).answering(asked).select_related("page").first()
    if edition is None and _was_shown(asked):
        return render(request, "410.html", status=410)
    if edition is None or not edition.current_path:
        raise Http404
    if not edition.is_current:
        return HttpResponsePermanentRedirect(edition.current_path)
    return show(request, edition.page, edition.source, edition.current_path)


def _was_shown(path: str) -> bool:
    """Whether visitors ever saw the page of that path; an edition that ended as it began was never live."""
    begun = Revision.objects.filter(page__addresses__path=path, live_from__lte=timezone.now())
    return begun.exclude(live_until=F("live_from")).exists()


def show(
    request: HttpRequest,
    page: Page,
    source: Source,
    path: str,
    extra: dict[str, Any] | None = None,
    nav: navigation.Navigation | None = None,
) -> HttpResponse:
    """A source in the site's look: the live page and the preview of a draft alike."""
    known = facts.current()
    for_therapist = "preview" in (extra or {})
    nav = nav or navigation.build(now=timezone.now(), page=page.pk, path=path, referred=references(source))
    rendered = render_source(source, nav.pages or {}, known, for_therapist=for_therapist)
    context = {
        "facts": known,
        "page_title": field(source, "title"),
        "seo_title": field(source, "seo_title"),
        "description": field(source, "description"),
        "lead": field(source, "lead"),
        "noindex": isinstance(source, dict) and source.get("noindex") is True,
        "html": rendered.html,
        "headings": rendered.headings,
        "path": path,
        "label": field(source, "menu_label") or field(source, "title"),
        "contents": rendered.headings if len(rendered.headings) >= 4 else [],
        "nav": nav,
        "role": page.role or "",
        **(extra or {}),
    }
    if not (context["noindex"] or for_therapist):
        context |= _found(page, context)
    template = "pages/home.html" if page.role == Page.Role.HOME else "pages/page.html"
    return render(request, template, context)


def _found(page: Page, context: dict[str, Any]) -> dict[str, Any]:
    """What search engines and places where links are shared are told of a page."""
    shown = structured_data.PageData(
        path=context["path"],
        label=context["label"],
        title=context["page_title"],
        description=context["description"],
        breadcrumbs=context["nav"].breadcrumbs,
        is_home=page.role == Page.Role.HOME,
        is_service=any(item.lists_services for item in context["nav"].breadcrumbs),
    )
    return {
        "structured": structured_data.script(structured_data.graph(shown, context["facts"], settings.SITE_URL)),
        "picture": sharing_images.path(page.pk, context["page_title"], context["facts"]),
    }
