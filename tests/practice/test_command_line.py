"""Each message names a command as it is called on this machine."""

import ast
import re
from pathlib import Path

from deploy.layout import Layout
from practice.command_line import command_line
from practice.settings import BASE_DIR

WRITTEN_OUT = re.compile(r"manage\.py [a-z_]+")


def test_on_an_installed_server_it_is_the_command_of_that_server(tmp_path):
    assert command_line("backup") == "python manage.py backup"
    assert command_line("backup", Path("/opt/practice")) == "python manage.py backup"  # in a container
    for layout in (Layout(), Layout(tmp_path)):
        assert command_line("backup", layout.releases / "0.2.0-20261130-120000") == "practice backup"
        assert command_line("backup", layout.home / "elsewhere/0.2.0") == "python manage.py backup"


def texts(tree):
    """Yield each string that isn't a docstring."""
    for node in ast.walk(tree):
        for child in ast.iter_child_nodes(node):
            is_text = isinstance(child, ast.Constant) and isinstance(child.value, str)
            if is_text and not isinstance(node, ast.Expr):
                yield child.value


def test_no_message_writes_the_command_out():
    found = []
    for app in ("practice", "bookings", "pages"):
        for path in (BASE_DIR / app).rglob("*.py"):
            found += [(path.name, text) for text in texts(ast.parse(path.read_text())) if WRITTEN_OUT.search(text)]
    for path in (BASE_DIR / "templates").rglob("*.*"):
        found += [(path.name, text) for text in WRITTEN_OUT.findall(path.read_text())]
    assert found == []
