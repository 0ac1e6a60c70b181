"""Pages that belong together: those of them that somebody may see, as links."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise

from accounts.access.permissions import Permission


@dataclass(frozen=True, eq=False)
class Tab:
    """`url_name` of the page, and the permission that it takes."""

    title: str | Promise
    url_name: str
    permission: Permission


@dataclass(frozen=True, eq=False)
class Link:
    """What templates/allauth/elements/tabs.html shows."""

    title: str | Promise
    url: str
    current: bool


def links(tabs: Iterable[Tab], held: Any, current: str, *args: str) -> tuple[Link, ...]:
    """The tabs whose permission is `in held`, `current` being the URL name of the page; `args` begin their paths.

    The same object each time, so that its HTML is kept as well.
    """
    return _links(tuple(tab for tab in tabs if tab.permission in held), current, args)


@lru_cache(maxsize=512)
def _links(shown: tuple[Tab, ...], current: str, args: tuple[str, ...]) -> tuple[Link, ...]:
    return tuple(
        Link(
            tab.title,
            reverse(f"admincenter:{tab.url_name}", args=args),
            tab.url_name == current,
        )
        for tab in shown
    )
