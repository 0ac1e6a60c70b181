"""The select of the filters writes what Django's own writes."""

from typing import Any

import pytest
from django import forms
from pytest_django.asserts import assertHTMLEqual

from admincenter.widgets import Select

pytestmark = pytest.mark.one_database

CHOICES = [("", "Any"), ("a&b", 'A "quoted" <name>'), ("2", "Two")]
ATTRIBUTES: list[dict[str, Any]] = [
    {},
    {"id": "x", "aria-invalid": "true"},
    {"disabled": True, "title": '"'},
]


@pytest.mark.parametrize("value", [None, "", "2", "a&b", 2, "unknown"])
@pytest.mark.parametrize("attrs", ATTRIBUTES)
def test_writes_the_same(value: Any, attrs: dict[str, Any]) -> None:
    ours, djangos = Select(choices=CHOICES), forms.Select(choices=CHOICES)
    assertHTMLEqual(ours.render("state", value, attrs), djangos.render("state", value, attrs))
