"""What is kept is the same for the same values and language, and sees nothing else of the page."""

from typing import Any

import pytest
from django.template import Context, RequestContext, Template
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
