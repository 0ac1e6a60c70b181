"""Rows are written as `for` would write them, and nothing that was put into a page is taken for a slot."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.template import Context, Template, TemplateSyntaxError

pytestmark = pytest.mark.one_database


def written(inside: str, rows: list[Any], **page: Any) -> str:
    template = Template("{% load each kept %}{% each rows %}" + inside + "{% endeach %}")
    return template.render(Context({"rows": rows, **page}))


def row(**values: Any) -> SimpleNamespace:
    return SimpleNamespace(**values)


def test_a_row_has_its_own_values_and_those_of_the_page() -> None:
    rows = [row(name="Ada", place=row(id=1)), row(name="Bea", place=row(id=2))]
    inside = '<a href="{{ url }}[[ place.id ]]/">[[ name|upper ]]</a>{% if yes %}!{% endif %}'
    assert written(inside, rows, url="/x/", yes=True) == (
        '<a href="/x/1/">ADA</a>!<a href="/x/2/">BEA</a>!'
    )
    assert written(inside, []) == ""


def test_a_row_s_values_are_escaped() -> None:
    assert written('<b title="[[ . ]]">', ['"><script>']) == (
        '<b title="&quot;&gt;&lt;script&gt;">'
    )


def test_a_value_that_looks_like_a_slot_is_a_value() -> None:
    secret = row(name="[[ secret ]]", secret="s3cret")
    assert written("{{ title }} [[ name ]]", [secret], title="[[ secret ]]") == (
        "[[ secret ]] [[ secret ]]"
    )


@pytest.mark.parametrize("slot", ["[[name]]", "[[ name|nofilter ]]", "[[ name() ]]", "[[ a b ]]"])
def test_what_is_no_slot_is_an_error_of_the_template(slot: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        written(slot, [])
