"""The fields of the filters are written as Django's own and as our template of a field."""

from typing import Any

import pytest
from django import forms
from django.forms.renderers import get_default_renderer
from pytest_django.asserts import assertHTMLEqual

from admincenter.forms import AuditFilters, PeopleFilters
from admincenter.pages import Filters
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


@pytest.mark.parametrize(
    ("form", "data"),
    [
        (PeopleFilters, {"q": '"<ada>', "state": "disabled"}),
        (AuditFilters, {"address": "nowhere", "since": "never", "tag": "<no:such:tag>"}),
    ],
)
def test_writes_fields_as_their_template_does(form: type[Filters], data: dict[str, str]) -> None:
    ours, plain = form(data), form(data)
    plain.renderer = get_default_renderer()
    for field, same in zip(ours, plain, strict=True):
        assertHTMLEqual(field.as_field_group(), same.as_field_group())
