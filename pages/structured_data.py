"""Describe a page to search engines (JSON-LD, schema.org), with nothing that a visitor does not read there."""

import json
import re
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from pages.navigation import NavigationItem
from practice.facts import Facts
from practice.models import Location

# Facts.places names the rooms, which are in London, and whether there are sessions online.
LONDON = {"@type": "City", "name": "London"}
BY_VIDEO = {"@type": "Country", "name": "United Kingdom"}
# The names of nodes, beside the short names of the rooms.
NODE_NAMES = SITE, THERAPIST = "site", "therapist"

Node = dict[str, Any]

_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}$")
_NEVER_ENDS_THE_ELEMENT = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


@dataclass(frozen=True)
class PageData:
    """A page as a visitor sees it."""

    path: str
    label: str
    title: str
    description: str
    breadcrumbs: tuple[NavigationItem, ...]
    is_home: bool
    is_service: bool


def graph(page: PageData, facts: Facts, site_url: str) -> Node:
    """Return the nodes that describe the page. Each thing has the same `@id` on every page that shows it."""
    nodes = [
        *([_site(facts, site_url)] if page.is_home else []),
        *([_person(facts, site_url)] if facts.practice.therapist_name else []),
        *(_business(room, facts, site_url) for room in _rooms(facts)),
        *([_service(page, facts, site_url)] if page.is_service else []),
        *([_breadcrumbs(page, site_url)] if page.breadcrumbs else []),
    ]
    return {"@context": "https://schema.org", "@graph": nodes}


def script(graph: Node) -> SafeString:
    """Return the script element. Browsers never run it, so the policy allows it, and no text can end it early."""
    words = json.dumps(graph, ensure_ascii=False, separators=(",", ":")).translate(_NEVER_ENDS_THE_ELEMENT)
    return mark_safe(f'<script type="application/ld+json">{words}</script>')  # noqa: S308 -- escaped above


def _rooms(facts: Facts) -> list[Location]:
    return [location for location in facts.locations if location.kind == Location.Kind.ROOM]


def _site(facts: Facts, site_url: str) -> Node:
    return {
        "@type": "WebSite",
        "@id": f"{site_url}/#{SITE}",
        "url": f"{site_url}/",
        "name": facts.practice.name,
        "inLanguage": "en-GB",
    }


def _person(facts: Facts, site_url: str) -> Node:
    person: Node = {
        "@type": "Person",
        "@id": f"{site_url}/#{THERAPIST}",
        "name": facts.practice.therapist_name,
        "worksFor": _references(facts, site_url),
    }
    if facts.practice.credentials:
        person["hasCredential"] = {"@type": "EducationalOccupationalCredential", "name": facts.practice.credentials}
    return _filled_in(person)


def _business(room: Location, facts: Facts, site_url: str) -> Node:
    return _filled_in(
        {
            "@type": facts.practice.business_type,
            "@id": _business_id(room, site_url),
            "url": f"{site_url}/",
            "name": f"{facts.practice.name}, {room.name}",
            "telephone": facts.practice.phone,
            "address": _address(room.address),
        }
    )


def _service(page: PageData, facts: Facts, site_url: str) -> Node:
    area = [LONDON] if _rooms(facts) else []
    if len(_rooms(facts)) < len(facts.locations):
        area.append(BY_VIDEO)
    return _filled_in(
        {
            "@type": "Service",
            "@id": f"{site_url}{page.path}#service",
            "url": f"{site_url}{page.path}",
            "name": page.title,
            "description": page.description,
            "serviceType": "Addiction therapy",
            "areaServed": area,
            "provider": _references(facts, site_url),
        }
    )


def _breadcrumbs(page: PageData, site_url: str) -> Node:
    steps = [*((item.label, item.path) for item in page.breadcrumbs), (page.label, page.path)]
    return {
        "@type": "BreadcrumbList",
        "@id": f"{site_url}{page.path}#breadcrumbs",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": label, "item": {"@id": f"{site_url}{path}"}}
            for position, (label, path) in enumerate(steps, start=1)
        ],
    }


def _address(written: str) -> Node:
    """Return the parts of an address that is written as on an envelope; the town is before the postcode."""
    parts = [part.strip() for part in re.split(r"[\n,]+", written) if part.strip()]
    address: Node = {"@type": "PostalAddress"} if parts else {}
    if parts and (postcode := _POSTCODE.search(parts[-1])):
        before = parts.pop()[: postcode.start()].strip()
        parts += [before] if before else []
        address |= {"postalCode": postcode[0], "addressCountry": "GB"}
        if len(parts) > 1:
            address["addressLocality"] = parts.pop()
    return _filled_in(address | {"streetAddress": ", ".join(parts)})


def _references(facts: Facts, site_url: str) -> list[Node]:
    return [{"@id": _business_id(room, site_url)} for room in _rooms(facts)]


def _business_id(room: Location, site_url: str) -> str:
    return f"{site_url}/#{room.slug}"


def _filled_in(node: Node) -> Node:
    return {name: value for name, value in node.items() if value}
