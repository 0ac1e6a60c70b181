"""The table of contents: who reads what, as docs/README.md lists it."""

import re
from dataclasses import dataclass
from functools import cache

from . import links, source

_SECTION = re.compile(r"^## (.+)$")
_ENTRY = re.compile(r"^- \[(?P<title>[^\]]+)\]\((?P<file>[^)#]+\.md)\): (?P<about>.+)$")


@dataclass(frozen=True)
class Entry:
    title: str
    about: str
    url: str


@dataclass(frozen=True)
class Reader:
    title: str
    entries: tuple[Entry, ...]


@cache
def contents() -> tuple[Reader, ...]:
    """Each kind of reader with their pages, in the order of the file."""
    index = source.pages().get("")
    readers: list[tuple[str, list[Entry]]] = []
    for line in index.read_text("utf-8").splitlines() if index else ():
        if section := _SECTION.match(line):
            readers.append((section[1], []))
        elif index and readers and (entry := _ENTRY.match(line)):
            url = links.address(entry["file"], index) or ""
            readers[-1][1].append(Entry(entry["title"], entry["about"], url))
    return tuple(Reader(title, tuple(entries)) for title, entries in readers if entries)
