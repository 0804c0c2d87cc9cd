from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils.text import capfirst

from pages import importer, importers
from pages.models import Page


class Command(BaseCommand):
    help = "Makes a draft page of a Word (.docx), Markdown (.md) or text (.txt) file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--below", metavar="/PATH/", help="web address of the page that it belongs to")

    def handle(self, *args: Any, file: Path, below: str | None, **options: Any) -> None:
        try:
            with file.open("rb") as opened:
                data = opened.read(importers.MAX_BYTES + 1)
            document = importers.read(file.name, data)
            page, dropped = importer.create_page(document, _page_at(below) if below else None)
        except OSError as problem:
            raise CommandError(f"{file} cannot be read: {problem.strerror}.") from problem
        except importers.DocumentError as problem:
            raise CommandError(str(problem)) from problem
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages)) from problem
        self.stdout.write(f"“{page}” is a draft now: {reverse('admin:pages_page_change', args=[page.pk])}")
        if dropped:
            self.stdout.write("Left out or changed:")
        for one in dropped:
            self.stdout.write(f"- {capfirst(one)}")


def _page_at(path: str) -> Page:
    page = Page.objects.kept().filter(addresses__path=path, addresses__is_current=True).first()
    if page is None:
        raise CommandError(f"There is no page at {path}.")
    return page
