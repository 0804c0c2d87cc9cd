"""docs/security.md says what is measured here, and names a test for each line of its threat table."""

import ast
import re
from pathlib import Path

import pytest

from tests.onlooker import table

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/security.md").read_text(encoding="utf-8")
THREATS = PAGE.partition("| who has what |")[2].partition("\n\n")[0].splitlines()[2:]


def test_the_page_has_the_table_as_it_is_expected():
    assert f"\n{table.expected_table()}\n" in PAGE


@pytest.mark.parametrize("threat", THREATS, ids=lambda line: line.split("|")[1].strip())
def test_each_threat_names_tests_that_exist(threat):
    named = re.findall(r"`([\w/]+\.py)(?:::(\w+))?`", threat.rpartition("|")[0].rpartition("|")[2])
    assert named
    for path, name in named:
        module = ast.parse((ROOT / "tests" / path).read_text(encoding="utf-8"))
        functions = {node.name for node in ast.walk(module) if isinstance(node, ast.FunctionDef)}
        assert name in functions if name else any(function.startswith("test_") for function in functions)


def test_the_threats_of_the_issue_are_there():
    assert len(THREATS) >= 15
