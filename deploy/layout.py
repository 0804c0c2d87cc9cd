"""Where an installed site keeps its things."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """The folders and files of one installed site. Tests put all of them below a prefix."""

    prefix: Path = Path("/")
    user: str = "practice"

    @classmethod
    def from_environment(cls) -> "Layout":
        return cls(Path(os.environ.get("PRACTICE_PREFIX", "/")), os.environ.get("PRACTICE_USER", "practice"))

    @property
    def home(self) -> Path:
        """Code; nothing here is written by the site."""
        return self.prefix / "opt/practice"

    @property
    def releases(self) -> Path:
        return self.home / "releases"

    @property
    def current(self) -> Path:
        """A link to the release that is served."""
        return self.home / "current"

    @property
    def previous(self) -> Path:
        """A link to the release that was served before."""
        return self.home / "previous"

    @property
    def env_file(self) -> Path:
        """Settings with all keys and passwords; each release has a link to it, named .env."""
        return self.prefix / "etc/practice/site.env"

    @property
    def var(self) -> Path:
        """What the site writes, and nobody else reads."""
        return self.prefix / "var/lib/practice"

    @property
    def backups(self) -> Path:
        return self.var / "backups"

    @property
    def socket(self) -> Path:
        return self.prefix / "run/practice/site.sock"

    @property
    def units(self) -> Path:
        return self.prefix / "etc/systemd/system"

    @property
    def caddyfile(self) -> Path:
        return self.prefix / "etc/caddy/Caddyfile"

    @property
    def nginx_site(self) -> Path:
        return self.prefix / "etc/nginx/sites-available/practice"

    @property
    def keys_to_take_away(self) -> Path:
        return self.prefix / "root/practice-keys.txt"

    @property
    def manage_command(self) -> Path:
        return self.prefix / "usr/local/bin/practice"

    @property
    def has_systemd(self) -> bool:
        return (self.prefix / "run/systemd/system").is_dir()
