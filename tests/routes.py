"""All routes of the site, found by walking its resolver, with a path to try each."""

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver

SAMPLES = {"uuid": "01890a5d-ac96-774b-bcce-b302099a8057", "int": "1", "path": "garbage"}


class Route(NamedTuple):
    path: str
    view: Callable[..., Any]


def routes(patterns: list[Any] | None = None, before: str = "/") -> Iterator[Route]:
    """Every route; what stands for an object in it leads to none that exists."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        part = before + _filled(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, part)
        elif isinstance(pattern, URLPattern):
            yield Route(part, pattern.callback)


def _filled(route: str) -> str:
    return re.sub(r"<(?:(\w+):)?\w+>", lambda found: SAMPLES.get(found[1] or "", "garbage"), route)
