"""`python -m benchmarks.rendering`: a page of 24 kB from its source, beside the template that is given its HTML."""

import os
import time
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "practice.settings")

ROUNDS = 200


def cpu_milliseconds(act: Callable[[], Any]) -> float:
    begin = time.process_time()
    act()
    return (time.process_time() - begin) * 1000


def main() -> None:
    import django

    django.setup()
    from django.template.loader import get_template
    from django.utils.safestring import mark_safe

    from pages.navigation import NavigationItem
    from pages.rendering import render
    from practice.facts import Facts
    from practice.models import Practice

    words = "Some words, <strong>bold ones</strong>, and <a href='page:1'>a link</a>, as people write. " * 4
    part = "<h2>A part of it</h2>" + f"<p>{words}</p>" * 3
    html = part * (24_000 // len(part))
    uid = "3f0c9b0e-6f0e-4f6c-9a7e-5a1f5d1f0a01"
    pages = {1: NavigationItem(label="", path="/x/")}
    facts = Facts(Practice(name="A practice"), (), ())
    template = get_template("pages/page.html")
    context = {"page_title": "A page", "facts": facts, "role": "", "nav": None, "headings": []}
    rendering, bare = [], []
    for number in range(ROUNDS):
        source = {"schema": 1, "blocks": [{"type": "rich_text", "uid": uid, "html": f"{html}<p>{number}</p>"}]}
        rendering.append(cpu_milliseconds(partial(render, source, pages, facts)))
        bare.append(cpu_milliseconds(partial(template.render, {**context, "html": mark_safe(html)})))  # noqa: S308
    print(f"{ROUNDS} rounds, milliseconds of CPU, least and median:\n")
    print(f"render() of {len(html):,} letters  {min(rendering):.2f}  {median(rendering):.2f}")
    print(f"the bare template        {min(bare):.2f}  {median(bare):.2f}")
    print(f"ratio                    {median(r / b for r, b in zip(rendering, bare, strict=True)):.2f}")


if __name__ == "__main__":
    main()
