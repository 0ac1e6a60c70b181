"""What PostgreSQL is asked, of what was noted on SQLite."""

import json
from pathlib import Path
from typing import Any

from tests.choosing import choose, chosen_in
from tests.statements import shape_of

ODD, QUICK, SLOW, SAME = "a.py::odd", "a.py::quick", "b.py::slow", "c.py::same"
# Test → whether another database could answer otherwise, its seconds, what it sent.
NOTED: dict[str, Any] = {
    ODD: [True, 1.0, [1]],
    QUICK: [False, 1.0, [1, 2, 3]],
    SLOW: [False, 9.0, [2, 3, 4]],
    SAME: [False, 9.0, [1, 2]],
}


def test_each_statement_is_sent_and_few_of_them_twice(tmp_path: Path) -> None:
    halves = list(NOTED.items())
    for worker, half in enumerate([halves[:2], halves[2:]]):
        (tmp_path / f"statements-gw{worker}.json").write_text(json.dumps(dict(half)))
    chosen = choose(tmp_path)
    assert chosen is not None
    assert chosen_in(tmp_path) == chosen.tests == {ODD, SLOW}
    assert chosen.files == ["a.py", "b.py"]
    assert str(chosen).startswith("Of 4 tests that ask the database, 2: 1 with real transactions")


def test_without_notes_nothing_is_chosen(tmp_path: Path) -> None:
    assert choose(tmp_path) is None
    assert chosen_in(tmp_path) is None
    assert chosen_in(None) is None


def test_other_values_and_more_rows_make_no_other_statement() -> None:
    assert shape_of("SELECT 1 WHERE id IN (%s, %s)") == shape_of("SELECT 21 WHERE id IN (%s)")
    assert shape_of("SELECT a") != shape_of("SELECT b")
