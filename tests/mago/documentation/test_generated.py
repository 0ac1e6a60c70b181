"""Pages that are made from the code say what the code does."""

import re

import pytest
from django.core.management import get_commands
from django.utils import translation

from mago.documentation.generated import PAGES, error_codes, file_of, limits, text_of
from mago.documentation.generated.commands import commands, parser_of
from tests.running import ROOT

pytestmark = pytest.mark.one_database


@pytest.mark.slow
def test_every_page_that_is_made_from_the_code_is_fresh() -> None:
    with translation.override("en"):
        stale = [what for what in PAGES if file_of(what).read_text() != text_of(what)]
    assert stale == [], "run: manage.py document"


def test_no_limit_is_forgotten() -> None:
    """One that stands in no module's own names would not be in the table."""
    made = {
        name
        for package in limits.PACKAGES
        for file in (ROOT / package).rglob("*.py")
        for name in re.findall(r"\bLimit\(\s*\"([^\"]+)\"", file.read_text())
    }
    told = file_of("limits").read_text()
    assert {name for name in made if f"`{name}`" not in told} == set()
    assert len(made) > 40


def test_every_command_that_is_written_down_is_one_with_its_options() -> None:
    known = {
        name: {
            flag for action in parser_of(command, name)._actions for flag in action.option_strings
        }
        for name, command in commands()
    }
    wrong = []
    for file in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        text = file.read_text().replace("\\\n", " ")
        for name, rest in re.findall(r"manage\.py ([a-z_]+)([^`\n|<>&]*)", text):
            if name not in known and name not in get_commands():
                wrong.append((file.name, name))
            flags = set(re.findall(r"(?<= )--[a-z-]+", rest))
            if name in known and flags - known[name]:
                wrong.append((file.name, name, *flags - known[name]))
    assert wrong == []


def test_no_code_that_the_api_tells_of_is_forgotten() -> None:
    """What docs/api.md says what to do about is a code that something raises, with that status."""
    known = error_codes.codes()
    rows = re.findall(
        r"^\| ((?:`\w+`(?:, )?)+) \| ([\d, ]+) \|",
        (ROOT / "docs" / "api.md").read_text(),
        re.MULTILINE,
    )
    told = {
        code: {int(one) for one in statuses.split(",")}
        for names, statuses in rows
        for code in re.findall(r"`(\w+)`", names)
    }
    assert len(told) > 30
    wrong = {
        code
        for code, statuses in told.items()
        if code in known and not statuses & known[code].statuses
    }
    assert (told.keys() - known.keys(), wrong) == (set(), set())
