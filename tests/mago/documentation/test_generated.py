"""Pages that are made from the code say what the code does."""

import re

import pytest
from django.utils import translation

from mago.documentation.generated import PAGES, file_of, limits, text_of
from tests.running import ROOT

pytestmark = pytest.mark.one_database


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
