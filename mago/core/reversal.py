"""Addresses are found by the names of their routes, for less than Django takes for it.

Django keeps each route at every level through which it is mounted, by its name and again by its view, and all that
anew in every language; the text of an address it wins back from a regular expression, letter by letter. With seven
hundred routes a process began by a third of a second of that, and each language took four megabytes. Here only names
lead to a route, languages share them, as no route of ours is translated, and an address is the route's own text.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.conf import settings
from django.urls import URLPattern, URLResolver
from django.urls.resolvers import RoutePattern
from django.utils.datastructures import MultiValueDict
from django.utils.regex_helper import normalize
from django.utils.translation import get_language

_RESOLVER: Any = URLResolver  # whose private parts have no types
# What Django does by itself, for the test that holds ours against it.
DJANGOS = _RESOLVER._populate
_PARAMETER = re.compile(r"<(?:[^>:]+:)?([^>]+)>")


class Way(NamedTuple):
    """From a resolver to a route below it, in the order in which Django's own `reverse` takes it apart."""

    addresses: list[tuple[str, list[str]]]
    regex: str
    defaults: dict[str, Any]
    converters: dict[str, Any]


def use() -> None:
    """From now on, in this process."""
    _RESOLVER._populate = populate


def populate(self: Any) -> None:
    """The resolver knows the names of all routes below it, and of all namespaces."""
    ways: MultiValueDict[str, Way] = MultiValueDict()
    for name, way in named(self):
        ways.appendlist(name, way)
    spaces = {resolver.namespace: (prefix, resolver) for prefix, resolver in namespaces(self)}
    apps: dict[str | None, list[str | None]] = {}
    for _prefix, resolver in namespaces(self):
        apps.setdefault(resolver.app_name, []).append(resolver.namespace)
    for language in {get_language(), None, *dict(settings.LANGUAGES)}:
        self._reverse_dict[language] = ways
        self._namespace_dict[language] = spaces
        self._app_dict[language] = apps
    self._populated = True


def named(resolver: URLResolver) -> Iterator[tuple[str, Way]]:
    """Each route that has a name, but for those of a namespace; the last first, as Django tries them."""
    for route in reversed(resolver.url_patterns):
        text, names, regex = written(route.pattern)
        if isinstance(route, URLPattern):
            if route.name is not None:
                yield (
                    route.name,
                    Way([(text, names)], regex, route.default_args, route.pattern.converters),
                )
        elif not route.app_name:
            for name, way in named(route):
                [(rest, more)] = way.addresses
                yield (
                    name,
                    Way(
                        [(text + rest, names + more)],
                        regex + way.regex,
                        {**way.defaults, **route.default_kwargs},
                        {**route.pattern.converters, **way.converters},
                    ),
                )


def namespaces(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, URLResolver]]:
    """Each namespace, with the expression of what stands before its routes."""
    for route in reversed(resolver.url_patterns):
        if isinstance(route, URLResolver):
            prefix = before + written(route.pattern)[2]
            if route.app_name:
                yield prefix, route
            else:
                for whole, inner in namespaces(route, prefix):
                    inner.pattern.converters.update(route.pattern.converters)
                    yield whole, inner


def written(pattern: Any) -> tuple[str, list[str], str]:
    """An address with its parameters to fill in, their names, and the expression that it matches."""
    if type(pattern) is RoutePattern:
        text = _PARAMETER.sub(r"%(\1)s", str(pattern))
        # Not `pattern.regex`, which compiles the expression: the first request that comes by does so.
        regex: str = pattern._regex  # type: ignore[attr-defined]
        return text, list(pattern.converters), regex.removeprefix("^")
    # What stands before a namespace, which Django itself has made into an expression.
    regex = pattern.regex.pattern
    [(text, names)] = normalize(regex)
    return text, names, regex.removeprefix("^")
