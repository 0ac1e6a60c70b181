"""The table of ASVS 5.0 is whole, counts itself right, and names tests that there are."""

import ast
import re
from collections import Counter
from functools import cache
from typing import NamedTuple

import pytest

from tests.running import ROOT

pytestmark = pytest.mark.one_database

# How many requirements each section of ASVS 5.0.0 has.
SECTIONS = {
    "1.1": 2, "1.2": 10, "1.3": 12, "1.4": 3, "1.5": 3, "2.1": 3, "2.2": 3, "2.3": 5, "2.4": 2,
    "3.1": 1, "3.2": 3, "3.3": 5, "3.4": 8, "3.5": 8, "3.6": 1, "3.7": 5, "4.1": 5, "4.2": 5, "4.3": 2, "4.4": 4,
    "5.1": 1, "5.2": 6, "5.3": 3, "5.4": 3, "6.1": 3, "6.2": 12, "6.3": 8, "6.4": 6, "6.5": 8, "6.6": 4, "6.7": 2,
    "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 3, "7.6": 2, "8.1": 4, "8.2": 4, "8.3": 3, "8.4": 2,
    "9.1": 3, "9.2": 4, "10.1": 2, "10.2": 3, "10.3": 5, "10.4": 16, "10.5": 5, "10.6": 2, "10.7": 3,
    "11.1": 4, "11.2": 5, "11.3": 5, "11.4": 4, "11.5": 2, "11.6": 2, "11.7": 2, "12.1": 5, "12.2": 2, "12.3": 5,
    "13.1": 4, "13.2": 6, "13.3": 4, "13.4": 7, "14.1": 2, "14.2": 8, "14.3": 3, "15.1": 5, "15.2": 5, "15.3": 7,
    "15.4": 4, "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 4, "17.1": 2, "17.2": 8, "17.3": 2,
}  # fmt: skip
STATES = ("met", "partly", "not met", "not applicable")
ABSENT = "nothing to test: it is not there"


class Row(NamedTuple):
    name: str
    level: str
    asked: str
    state: str
    how: str
    tests: str


@cache
def text() -> str:
    return (ROOT / "docs/asvs.md").read_text()


def rows() -> list[Row]:
    lines = re.findall(r"^\| (\d+\.\d+\.\d+ .*) \|$", text(), re.MULTILINE)
    return [Row(*line.split(" | ")) for line in lines]


@cache
def names_in(file: str) -> frozenset[str]:
    """`test_x` and `TestX::test_y` of a file; none where it does not exist."""
    path = ROOT / file
    if not path.is_file():
        return frozenset()
    found = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{x.name}" for x in node.body if isinstance(x, ast.FunctionDef)}
    return frozenset(found)


def test_no_requirement_is_missing() -> None:
    expected = [f"{s}.{number}" for s, count in SECTIONS.items() for number in range(1, count + 1)]
    assert [row.name for row in rows()] == expected
    assert len(expected) == 345


def test_each_says_how_and_by_which_test_or_why_not() -> None:
    assert [row.name for row in rows() if row.state not in STATES or len(row.how) < 3] == []
    bare = [
        row.name for row in rows() if row.state in ("met", "partly") and not row.tests.strip("– ")
    ]
    assert bare == []


def test_every_test_that_is_named_exists() -> None:
    named = re.findall(r"`(tests/[^`]+\.py)::([^`]+)`", text())
    assert len(named) > 350
    assert [f"{file}::{name}" for file, name in named if name not in names_in(file)] == []
    odd = [
        row.name for row in rows() if row.tests not in ("–", ABSENT) and "::test_" not in row.tests
    ]
    assert odd == []


def test_the_sums_are_right() -> None:
    counted = Counter((row.level, row.state) for row in rows())
    for level in "123":
        figures = " | ".join(str(counted[level, state]) for state in STATES)
        assert f"| {level} | {figures} |" in text()
