"""The way to a page: the pages above it by their addresses, each as the page itself knows it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# What a page may be about, by the name it has in templates; where several are, the first that fits the address.
THINGS = (
    "person", "hub", "room", "group", "task", "code", "ticket", "release", "test", "risk", "assessment",
    "event", "stream", "run", "provider", "account", "application",
)  # fmt: skip
# What stands for a thing in addresses.
KEYS = ("pk", "number", "slug", "kind")


@dataclass(frozen=True)
class Crumb:
    """`url` is "" for the page itself."""

    title: Any
    url: str


def crumbs(path: str, context: Mapping[str, Any]) -> list[Crumb]:
    """From the section down to the page at `path`. What has no title of its own is left out; asks no database.

    A page whose thing has no name that people know gives its own as `crumb`; a form goes by its title.
    """
    known = dict(_known(context))
    found = [Crumb(title, above) for above in _above(path) if (title := known.get(above))]
    here = context.get("crumb") or known.get(path) or ("form" in context and context.get("title"))
    return [*found, Crumb(here, "")] if found and here else found


def _above(path: str) -> list[str]:
    """
    >>> _above("/admincenter/people/7/")
    ['/admincenter/', '/admincenter/people/']
    """
    return [path[: at + 1] for at in range(1, len(path) - 1) if path[at] == "/"]


def _known(context: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Addresses with their titles: sections that are shown, tabs, whose page it is, and what it is about."""
    path = context["request"].path
    for tab in context.get("tabs") or ():
        yield tab.url, tab.title
    # The first tab of a section is at the section's address, and the section is what people know.
    for group in context["navigation"]:
        yield from ((item.url, item.title) for item in group.items)
    whose = context.get("programme") or context.get("organization")
    things = [context[name] for name in THINGS if context.get(name)]
    for above in (*_above(path), path):
        last = above.rstrip("/").rpartition("/")[2]
        if whose and last == str(getattr(whose, "slug", "")):
            yield above, whose
            continue
        for thing in things:
            if last in {str(getattr(thing, key, "")) for key in KEYS}:
                yield above, getattr(thing, "label", thing)
                break
