"""Rules for the code that no tool knows: one name for one class, imports in one direction, and no retired word."""

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("practice", "pages", "bookings")

# What an app, or a part of one, never imports. Views, forms and admin call the rest of their app and are not called.
APP_IMPORTS = {"practice": ("pages", "bookings"), "pages": ("bookings",), "bookings": ("pages",)}
OUTER_LAYERS = ("views", "forms", "admin", "urls")
INNER_PACKAGES = {  # pure: no query, and nothing of the rest of the app
    "bookings.scheduling": ("bookings", "django", "practice.models"),
    "bookings.ical": ("bookings", "django.db", "practice.models"),
}
ENTRY_POINTS = ("apps",)  # an app's configuration registers what the admin shows
# Django gives these names, so every class may have its own inner one, and every command module its own Command.
DJANGO_NAMES = {"Command", "Media", "Meta"}
# TextChoices are named after the field inside their model: Enquiry.Status, Appointment.Status.
INNER_CHOICES = {"TextChoices", "IntegerChoices", "Choices"}
RETIRED_MODULES = {
    "practice": "branding context desk environment forgetting keeping notices starter surroundings todo",
    "pages": (
        "bringing_in comparing documents importer importers importing lines linking listing live_facts "
        "matching nesting paths placing previewing reviewing reviving search_engine search_preview searching "
        "source starter structured surroundings"
    ),
    "bookings": (
        "answer_forms answers automatic_messages calendars choosing defaults desk diary feed history inbox links "
        "mail manage opening other_calendar outside permissions pointless promise reminding returning screens "
        "self_service slots standing starter suggesting timed_jobs visitors wording words zones"
    ),
}
RETIRED_CLASSES = (
    "Address AppointmentKind Arrival Cell Chip Diary Edition Glance HoursException Letter NotFree Patience Shown "
    "Standing Taken Time Unshown"
)


@cache
def modules():
    """Return the syntax tree of every module, by its dotted name."""
    paths = (path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)
    return {dotted(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def dotted(path):
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def is_inner_choice(node):
    return any(isinstance(base, ast.Attribute) and base.attr in INNER_CHOICES for base in node.bases)


def class_names(node, inner=False):
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            if child.name not in DJANGO_NAMES and not (inner and is_inner_choice(child)):
                yield child.name
            yield from class_names(child, inner=True)
        else:
            yield from class_names(child, inner)


def imports(tree):
    """Yield the dotted names of what a module imports, inside functions too, but not for annotations alone."""
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_in(name, package):
    return name == package or name.startswith(f"{package}.")


def test_a_class_name_is_used_once():
    places = defaultdict(list)
    for module, tree in modules().items():
        for name in class_names(tree):
            places[name].append(module)
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_no_import_is_relative():
    relative = [
        module
        for module, tree in modules().items()
        if any(isinstance(node, ast.ImportFrom) and node.level for node in ast.walk(tree))
    ]
    assert relative == []


@pytest.mark.parametrize("app", APP_IMPORTS)
def test_an_app_imports_only_what_it_may(app):
    wrong = [
        f"{module} imports {name}"
        for module, tree in modules().items()
        if is_in(module, app)
        for name in imports(tree)
        if any(is_in(name, forbidden) for forbidden in APP_IMPORTS[app])
    ]
    assert wrong == []


@pytest.mark.parametrize("app", ["pages", "bookings"])
def test_views_forms_and_admin_are_imported_by_nothing_inside(app):
    wrong = [
        f"{module} imports {name}"
        for module, tree in modules().items()
        if is_in(module, app) and module.split(".")[1:2] not in [[layer] for layer in (*OUTER_LAYERS, *ENTRY_POINTS)]
        for name in imports(tree)
        if any(is_in(name, f"{app}.{layer}") for layer in OUTER_LAYERS)
    ]
    assert wrong == []


@pytest.mark.parametrize("package", INNER_PACKAGES)
def test_pure_packages_know_nothing_of_the_rest(package):
    wrong = [
        f"{module} imports {name}"
        for module, tree in modules().items()
        if is_in(module, package)
        for name in imports(tree)
        if not is_in(name, package) and any(is_in(name, outside) for outside in INNER_PACKAGES[package])
    ]
    assert wrong == []


@pytest.mark.parametrize("app", APPS)
def test_no_module_has_a_retired_name(app):
    retired = set(RETIRED_MODULES[app].split())
    assert [module for module in modules() if is_in(module, app) and retired & set(module.split(".")[1:])] == []


def test_no_class_has_a_retired_name():
    wrong = [
        f"{module}.{name}"
        for module, tree in modules().items()
        for name in class_names(tree)
        if name in RETIRED_CLASSES.split()
    ]
    assert wrong == []


def test_each_text_that_is_marked_safe_has_its_reason_beside_it():
    marks = re.compile(r"\b(mark_safe|SafeString)\((?!\))|\|safe\b(?! *\()")
    reason = re.compile(r"# noqa: S308 -- \w|\(  # \w|\{# \w")
    files = [*(path for app in APPS for path in (ROOT / app).rglob("*.py")), *(ROOT / "templates").rglob("*.html")]
    lines = [(path, line) for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    marked = [(path, line) for path, line in lines if marks.search(line) and "redirect_addresses" not in path.name]

    assert len(marked) > 5
    assert [f"{path.name}: {line.strip()}" for path, line in marked if not reason.search(line)] == []
