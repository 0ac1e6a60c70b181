"""Names lead to the addresses to which Django's own table leads them, in every language."""

from typing import Any

import pytest
from django.urls import NoReverseMatch, URLResolver, get_resolver, include, path, reverse
from django.urls.resolvers import RegexPattern
from django.utils.translation import override
from django.views import View

from mago.core import reversal

view = View.as_view()
below: Any = ([path("<uuid:key>/100./", view, name="below")], "space")
more: Any = [
    path("", view, name="same"),
    path("<slug:other>/", view, name="same"),
    path("deep/", include(below)),
    path("bare/", view),
]
ROUTES = [
    path("a.b/", view, {"extra": 1}, name="same"),
    path("<int:number>/", include(more), {"extra": 2}),
    path("last/<path:rest>", view, name="last"),
]


def told(routes: Any) -> list[Any]:
    """What a resolver of these routes knows."""
    resolver = URLResolver(RegexPattern(r"^/"), routes)
    names = {
        name: [tuple(way) for way in resolver.reverse_dict.getlist(name)]
        for name in resolver.reverse_dict
        if isinstance(name, str)
    }
    spaces = {
        name: (prefix, space.pattern.converters)
        for name, (prefix, space) in resolver.namespace_dict.items()
    }
    return [names, spaces, resolver.app_dict]


@pytest.mark.parametrize("routes", [ROUTES, "mago.urls"], ids=["made up", "ours"])
def test_names_lead_where_django_leads_them(monkeypatch: pytest.MonkeyPatch, routes: Any) -> None:
    ours = told(routes)
    monkeypatch.setattr(URLResolver, "_populate", reversal.DJANGOS)
    assert ours == told(routes)


def test_languages_share_one_table() -> None:
    with override("en"):
        english = get_resolver().reverse_dict
    with override("it"):
        assert get_resolver().reverse_dict is english
    with override(None):
        assert get_resolver().reverse_dict is english


def test_a_view_itself_is_no_name() -> None:
    from mago.views import home

    with pytest.raises(NoReverseMatch):
        reverse(home)
