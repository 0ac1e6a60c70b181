"""What is kept is the same for the same values and language, and sees nothing else of the page."""

from typing import Any

import pytest
from django.template import Context, RequestContext, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils.translation import override

pytestmark = pytest.mark.one_database


def kept(inside: str, values: str = "") -> Template:
    return Template("{% load i18n kept %}{% kept " + values + " %}" + inside + "{% endkept %}")


def test_a_part_is_rendered_once_for_each_value() -> None:
    asked = []

    class Thing:
        def name(self) -> str:
            asked.append(self)
            return "Ada"

    one, other, template = Thing(), Thing(), kept("{{ thing.name }}", "thing=thing")
    for thing in (one, one, other, one):
        assert template.render(Context({"thing": thing})) == "Ada"
    assert asked == [one, other]


def test_a_part_is_kept_for_each_language() -> None:
    template = kept("{% translate 'Search' %}")
    shown = []
    for language in ("en", "it", "en"):
        with override(language):
            shown.append(template.render(Context()))
    assert shown == ["Search", "Cerca", "Search"]


def test_a_part_sees_nothing_of_the_page_but_what_is_named(rf: RequestFactory, alice: Any) -> None:
    request = rf.get("/")
    request.user = alice
    template = kept("{{ user }}{{ secret }}{{ csrf_token }}", "sprite=sprite")
    page = RequestContext(request, {"secret": "s3cret", "sprite": "/x.svg"})
    assert template.render(page) == ""


def test_what_differs_is_put_escaped_into_what_was_kept() -> None:
    inside = "{% blocktranslate with name=email %}Your account: {{ name }}{% endblocktranslate %}"
    template = kept(f"<b>{inside}</b>{{% csrf_token %}}", "with email=email csrf_token=token")
    first = template.render(Context({"email": "a&b@example.com", "token": "1"}))
    assert first.startswith("<b>Your account: a&amp;b@example.com</b>")
    assert 'value="1"' in first
    second = template.render(Context({"email": "bob@example.com", "token": "2"}))
    assert second.startswith("<b>Your account: bob@example.com</b>")
    assert 'value="2"' in second
    assert "a&amp;b" not in second


def test_kept_takes_names_with_values_alone() -> None:
    with pytest.raises(TemplateSyntaxError):
        kept("", "with email=email user")
