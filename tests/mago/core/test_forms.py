"""The form that all of ours extend."""

import pytest
from django import forms

from mago.core.errors import Refused
from mago.core.forms import Form, PasswordField, unusable


class Example(Form):
    raw_fields = ("password",)
    service_fields = {"secret": "password"}

    name = forms.CharField()
    text = forms.CharField(required=False, widget=forms.Textarea)
    password = PasswordField()


def errors(**fields: str) -> dict[str, list[str]]:
    return dict(Example({"name": "x", "password": "x"} | fields).errors)


@pytest.mark.parametrize("value", ["Ada", "é", "漢字", "O’Brien–Müller", "👩‍🚀", "a\u200dz"])
def test_text_is_text(value: str) -> None:
    assert not errors(name=value)


@pytest.mark.parametrize(
    "value",
    [
        "a\x07b",
        "a\nb",
        "a\x7fb",
        "a\x9bb",
        "a\ud800",
        "a\u2028b",
        "a\u202eb",
        "a\u2066b",
    ],
)
def test_what_breaks_a_line_or_turns_it_is_refused_beside_its_field(value: str) -> None:
    assert errors(name=value).keys() == {"name"}


def test_lines_are_for_fields_of_several_lines() -> None:
    assert not errors(text="a\r\n\tb")
    assert errors(text="a\x07b").keys() == {"text"}
    assert not unusable("a\nb", lines=True)


def test_a_password_is_taken_as_it_was_typed() -> None:
    form = Example({"name": "x", "password": "  \tp\x07w  "})
    assert form.is_valid()
    assert form.cleaned_data["password"] == "  \tp\x07w  "


@pytest.mark.parametrize("value", ["a\x00b", "a\ufffdb", "x" * 1025])
def test_what_cannot_be_a_password_is_refused(value: str) -> None:
    assert errors(password=value).keys() == {"password"}


def test_the_longest_password_is_taken() -> None:
    assert not errors(password="x" * 1024)


def test_no_browser_cuts_a_password_off() -> None:
    assert "maxlength" not in str(Example()["password"])


def test_a_services_refusal_stands_beside_the_field_it_means() -> None:
    form = Example({"name": "x", "password": "x"})
    form.refuse(Refused(fields={"secret": ["no"], "name": ["nor"]}))
    assert form.errors == {"password": ["no"], "name": ["nor"]}


@pytest.mark.parametrize("refusal", [Refused("no"), Refused(fields={"unheard_of": ["no"]})])
def test_a_refusal_that_means_no_field_stands_above_them(refusal: Refused) -> None:
    form = Example({"name": "x", "password": "x"})
    form.refuse(refusal)
    assert form.non_field_errors() == ["no"]
