"""Search over the headings of all pages."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from . import links, source
from .rendering import page

MOST = 50
LONGEST = 100


@dataclass(frozen=True)
class Found:
    title: str
    # Of the page that it stands on; empty where it is the page.
    of: str
    url: str


def search(words: str) -> list[Found]:
    """Headings in which every word stands, pages first; then those whose page's title has the rest; at most `MOST`."""
    wanted = words[:LONGEST].casefold().split()
    if not wanted:
        return []
    found = [one for text, one in _headings() if all(word in text for word in wanted)]
    return sorted(found, key=lambda one: (not _has(one.title, wanted), bool(one.of)))[:MOST]


def _has(title: str, words: list[str]) -> bool:
    return all(word in title.casefold() for word in words)


@cache
def _headings() -> tuple[tuple[str, Found], ...]:
    return tuple(_all())


def _all() -> Iterator[tuple[str, Found]]:
    for name in source.pages():
        one = page(name)
        if one is None:
            continue
        url = links.page_address(name)
        for heading in one.headings:
            of = one.title if heading.level > 1 else ""
            to = f"{url}#{heading.anchor}" if of else url
            yield f"{heading.text} {of}".casefold(), Found(heading.text, of, to)
