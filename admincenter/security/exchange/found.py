"""What every reader gives: things that were found, each with a fingerprint by which it is known again. Pure."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from .. import cvss
from ..severity import Severity

MOST = 10_000
LARGEST = 10 * 1024 * 1024


class Unreadable(Exception):
    """This is no file of that kind; `why` in words for people, without what the file says."""

    def __init__(self, why: Any) -> None:
        super().__init__(str(why))
        self.why = why


@dataclass(frozen=True)
class Judgement:
    """A severity without a score."""

    severity: str
    score: None = None


@dataclass
class Found:
    """One thing that a file tells of. `errors` say why it cannot be taken; `ended` that the file says it is over;
    `known_as` are fingerprints that it has by other names."""

    title: str
    tool: str
    source: str
    rule: str = ""
    location: str = ""
    description: str = ""
    component: str = ""
    vector: str = ""
    severity: str = Severity.UNRATED
    fingerprint: str = ""
    known_as: list[str] = field(default_factory=list)
    ended: bool = False
    errors: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.title = text(self.title, 200) or self.rule or self.tool
        self.tool, self.rule = text(self.tool, 100), text(self.rule, 200)
        self.location, self.component = text(self.location, 300), text(self.component, 100)
        self.description = text(self.description, 20_000, lines=True)
        if self.vector:
            try:
                self.vector = cvss.rate(self.vector).vector
                self.severity = Severity.UNRATED
            except cvss.BadVector:
                # The severity that stands beside it still counts.
                self.vector = ""
        if not self.fingerprint:
            self.fingerprint = fingerprint(self.tool, self.rule, self.component, self.location)

    @property
    def rating(self) -> "cvss.Rating | Judgement":
        """What it comes to: by its vector, else as the file judges it."""
        return cvss.rate(self.vector) if self.vector else Judgement(self.severity)

    @property
    def fingerprints(self) -> list[str]:
        return [self.fingerprint, *self.known_as]


def fingerprint(*parts: str) -> str:
    """SHA-256 in hex of the parts, in an encoding in which no two lists of parts are the same.

    >>> fingerprint("a", "bc") == fingerprint("ab", "c")
    False
    """
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def text(value: Any, longest: int, *, lines: bool = False) -> str:
    """What a file says, as text that can be kept and shown: no control characters, no halves, no turned lines.

    >>> text("a\\x00b\\u202ec", 10), text(["x"], 10), text("abcdef", 3)
    ('abc', '', 'abc')
    """
    if not isinstance(value, str):
        return ""
    # Nobody's file decides how long we clean what is cut off afterwards.
    value = value[: 2 * longest]
    if value.isprintable() and "\ufffd" not in value:
        return value.strip()[:longest]
    kept = "\n\t" if lines else ""
    clean = "".join(c if c in kept or _is_plain(c) else " " if c in "\n\r\t" else "" for c in value)
    return clean.strip()[:longest]


def _is_plain(character: str) -> bool:
    return character.isprintable() and character != "\ufffd"


def load(data: bytes) -> dict[str, Any]:
    """The JSON object in a file; Unreadable for anything else."""
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Unreadable(_("This is no JSON in UTF-8.")) from None
    if not isinstance(found, dict):
        raise Unreadable(_("This is no JSON object."))
    return found


def dicts(value: Any) -> Iterator[dict[str, Any]]:
    """The objects of a list; none where it is no list."""
    for one in value if isinstance(value, list) else ():
        if isinstance(one, dict):
            yield one


def inside(value: Any, *path: str) -> Any:
    """What lies at the end of a path of names, or None.

    >>> inside({"a": {"b": 1}}, "a", "b"), inside({"a": []}, "a", "b")
    (1, None)
    """
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value
