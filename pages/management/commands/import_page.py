from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils.text import capfirst

from pages import document_import
from pages.models import Page


class Command(BaseCommand):
    help = "Makes a draft page from a Word (.docx), Markdown (.md) or text (.txt) file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--parent", metavar="/PATH/", help="path of the parent page")

    def handle(self, *args: Any, file: Path, parent: str | None, **options: Any) -> None:
        try:
            with file.open("rb") as stream:
                data = stream.read(document_import.MAX_FILE_BYTES + 1)
            document = document_import.read_file(file.name, data)
            page, dropped = document_import.create_page(document, _page_at(parent) if parent else None)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        except document_import.DocumentError as error:
            raise CommandError(str(error)) from error
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"“{page}” is now a draft: {reverse('admin:pages_page_change', args=[page.pk])}")
        if dropped:
            self.stdout.write("Left out or changed:")
        for item in dropped:
            self.stdout.write(f"- {capfirst(item)}")


def _page_at(path: str) -> Page:
    page = Page.objects.not_removed().filter(paths__path=path, paths__is_current=True).first()
    if page is None:
        raise CommandError(f"There is no page at {path}.")
    return page
