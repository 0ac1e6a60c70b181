"""Which tests PostgreSQL runs, of what was noted on SQLite (tests/statements.py). Nothing here needs Django."""

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NOTES = "statements-*.json"
CHOSEN = "chosen.json"
# Of each group how many tests ended how; not by pytest's XML, which takes a millisecond for each test.
ENDED = "ended-*.json"


@dataclass(frozen=True)
class Chosen:
    """Of the tests that were noted, those that PostgreSQL runs."""

    given: set[str]
    senders: set[str]
    noted: int
    statements: int

    @property
    def tests(self) -> set[str]:
        return self.given | self.senders

    @property
    def files(self) -> list[str]:
        return sorted({test.split("::")[0] for test in self.tests})

    def __str__(self) -> str:
        return (
            f"Of {self.noted:,} tests that ask the database, {len(self.tests)}: {len(self.given)} with real "
            f"transactions or odd values or not for SQLite, and {len(self.senders)} that send the rest of {self.statements:,} statements"
        )


def choose(folder: Path) -> Chosen | None:
    """Each test whose answer could differ, and few others that send each other statement; None without notes.

    What is chosen is kept in the folder, for the processes that run it (`chosen_in`).
    """
    noted: dict[str, Any] = {}
    for file in folder.glob(NOTES):
        noted |= json.loads(file.read_text())
    if not noted:
        return None
    given = {test for test, (differs, _seconds, _shapes) in noted.items() if differs}
    sent = {test: set(shapes) for test, (_differs, _seconds, shapes) in noted.items()}
    took = {test: seconds for test, (_differs, seconds, _shapes) in noted.items()}
    every = set().union(*sent.values())
    senders = _enough_of(sent, took, every.difference(*(sent[test] for test in given)))
    chosen = Chosen(given, senders, len(noted), len(every))
    (folder / CHOSEN).write_text(json.dumps(sorted(chosen.tests)))
    return chosen


def chosen_in(folder: Path | None) -> set[str] | None:
    if folder is None or not (folder / CHOSEN).exists():
        return None
    return set(json.loads((folder / CHOSEN).read_text()))


def _enough_of(sent: dict[str, set[int]], took: dict[str, float], wanted: set[int]) -> set[str]:
    """Few tests that send all that is wanted."""
    missing, chosen = set(wanted), set()
    by_shape = defaultdict(set)
    for test, shapes in sent.items():
        for shape in shapes & missing:
            by_shape[shape].add(test)
    # The rarest first: few send it, and of those the one that sends most else for its time is taken.
    for shape in sorted(missing, key=lambda one: (len(by_shape[one]), one)):
        if shape in missing:
            best = max(
                by_shape[shape], key=lambda test: (len(sent[test] & missing) / took[test], test)
            )
            chosen.add(best)
            missing -= sent[best]
    return chosen
