from typing import Any

from django.conf import settings
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import resolve
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from pages import navigation, structured_data
from pages.models import Page, Revision
from pages.page_source import Source, field, references
from pages.rendering import render as render_source
from pages.views import sharing_images
from practice import facts

# Browsers revalidate a page each time, so that an unpublished page disappears at once.
revalidate = cache_control(no_cache=True)


@require_safe
@revalidate
def page(request: HttpRequest, path: str = "") -> HttpResponse:
    full_path = f"/{path}/" if path else "/"
    if "\0" in full_path:
        raise Http404  # PostgreSQL refuses null characters
    revision = _live_at(full_path)
    if revision is None and (path_in_lower_case := _in_lower_case(full_path)):
        return _redirect(request, path_in_lower_case)
    if revision is None and _was_live(full_path):
        return render(request, "410.html", status=410)
    if revision is None or not revision.current_path:
        raise Http404
    if not revision.is_current:
        return _redirect(request, revision.current_path)
    return render_page(request, revision.page, revision.source, revision.current_path)


def _live_at(path: str) -> Revision | None:
    return Revision.objects.public(timezone.now()).at_path(path).select_related("page").first()


def _in_lower_case(path: str) -> str:
    """Return the address in lower case if a page, or a view without parameters, answers there; else nothing."""
    lower = path.lower()
    if lower == path:
        return ""
    if revision := _live_at(lower):
        return revision.current_path or ""
    return "" if resolve(lower).kwargs else lower


def _redirect(request: HttpRequest, path: str) -> HttpResponse:
    """Redirect for good to a path of this site, with the query string."""
    query = request.META.get("QUERY_STRING", "")
    return HttpResponsePermanentRedirect(f"{path}?{query}" if query else path)


def _was_live(path: str) -> bool:
    """Return whether visitors ever saw a page at this path; a revision that ended as it began was never live."""
    begun = Revision.objects.filter(page__paths__path__in=[path, path.lower()], live_from__lte=timezone.now())
    return begun.exclude(live_until=F("live_from")).exists()


def render_page(
    request: HttpRequest,
    page: Page,
    source: Source,
    path: str,
    extra: dict[str, Any] | None = None,
    nav: navigation.Navigation | None = None,
) -> HttpResponse:
    """Render a source with the site's templates, as a live page or as a preview."""
    current_facts = facts.current()
    for_therapist = "preview" in (extra or {})
    nav = nav or navigation.build(now=timezone.now(), page=page.pk, path=path, referred=references(source))
    rendered = render_source(source, nav.pages or {}, current_facts, for_therapist=for_therapist)
    context = {
        "facts": current_facts,
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
        context |= _metadata(page, context)
    template = "pages/home.html" if page.role == Page.Role.HOME else "pages/page.html"
    return render(request, template, context)


def _metadata(page: Page, context: dict[str, Any]) -> dict[str, Any]:
    """Return the structured data and the sharing image of a page."""
    page_data = structured_data.PageData(
        path=context["path"],
        label=context["label"],
        title=context["page_title"],
        description=context["description"],
        breadcrumbs=context["nav"].breadcrumbs,
        is_home=page.role == Page.Role.HOME,
        is_service=any(item.lists_services for item in context["nav"].breadcrumbs),
    )
    return {
        "structured": structured_data.script(structured_data.graph(page_data, context["facts"], settings.SITE_URL)),
        "picture": sharing_images.path(page.pk, context["page_title"], context["facts"]),
    }
