"""Storage that serves one stylesheet and one script to visitors, each written in many files."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.files.storage import Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

HASHED = re.compile(r"\.[0-9a-f]{12}\.\w+$")
IMPORT = re.compile(r'@import "(?P<name>[\w./-]+)"(?: layer\((?P<layer>[\w-]+)\))?;\n')
SCRIPT = "js/site.js"
SCRIPT_IMPORT = re.compile(r'import "\./(?P<name>[\w-]+\.js)";\n')


class OneStylesheetStorage(CompressedManifestStaticFilesStorage):
    """Put imported files into the stylesheet and the script when collecting, so that a visit needs two requests."""

    manifest_strict = False

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


def _read(source: Storage, path: str) -> str:
    with source.open(path) as file:
        return file.read().decode()
