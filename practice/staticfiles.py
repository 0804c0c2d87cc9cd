"""Storage that serves one stylesheet and one script to visitors, each written in many files."""

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.checks import Error
from django.core.files.storage import Storage
from django.utils.functional import cached_property
from whitenoise.storage import CompressedManifestStaticFilesStorage

from practice.command_line import command_line

HASHED = re.compile(r"\.[0-9a-f]{12}\.\w+$")
IMPORT = re.compile(r'@import "(?P<name>[\w./-]+)"(?: layer\((?P<layer>[\w-]+)\))?;\n')
SCRIPT = "js/site.js"
SCRIPT_IMPORT = re.compile(r'import "\./(?P<name>[\w-]+\.js)";\n')


class OneStylesheetStorage(CompressedManifestStaticFilesStorage):
    """Put imported files into the stylesheet and the script when collecting, so that a visit needs two requests."""

    manifest_strict = False

    @cached_property
    def manifest_name(self) -> str:  # type: ignore[override]
        """Depends on what was collected, so that each version of the site finds its own files beside others."""
        digest = hashlib.sha256(Path(__file__).read_bytes())
        for finder in get_finders():
            for path, storage in sorted(finder.list([]), key=lambda found: found[0]):
                with storage.open(path) as file:
                    digest.update(b"%s %d " % (path.encode(), file.size) + file.read())
        return f"staticfiles.{digest.hexdigest()[:12]}.json"

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Any:
        if not dry_run:
            paths = paths | {
                name: (self, name)  # Django hashes the file at this path, so it must be complete
                for name, (source, path) in paths.items()
                if (name.startswith("css/") or name == SCRIPT) and self._write_whole(name, source, path)
            }
        yield from super().post_process(paths, dry_run, **options)

    def compress_files(self, paths: Iterable[str]) -> Any:
        """Skip compressed files: a file with a hash in its name never changes."""
        new = [path for path in paths if HASHED.search(path) and not Path(self.path(path) + ".gz").exists()]
        return super().compress_files(new)

    def _write_whole(self, name: str, source: Storage, path: str) -> bool:
        folder = path.rpartition("/")[0]

        def style(match: re.Match[str]) -> str:
            imported = _read(source, f"{folder}/{match['name']}")
            return f"@layer {match['layer']} {{\n{imported}}}\n" if match["layer"] else imported

        def script(match: re.Match[str]) -> str:
            # A block, so that the names of one file are not those of another.
            imported = _read(source, f"{folder}/{match['name']}")
            return f"{{\n{imported}}}\n"

        text = _read(source, path)
        whole = SCRIPT_IMPORT.sub(script, text) if name == SCRIPT else IMPORT.sub(style, text)
        if whole == text:
            return False
        Path(self.path(name)).write_text(whole, encoding="utf-8")
        return True


def errors() -> list[Error]:
    """Return what stops the site: without these files, every page would fail or be shown without its look."""
    storage = cast(OneStylesheetStorage, staticfiles_storage)
    if settings.DEBUG or (storage.hashed_files and all(map(storage.exists, storage.hashed_files.values()))):
        return []
    return [
        Error(
            "The static files of this version are not collected.",
            hint=f"Run `{command_line('collectstatic --noinput')}`.",
            id="practice.E019",
        )
    ]


def _read(source: Storage, path: str) -> str:
    with source.open(path) as file:
        return file.read().decode()
