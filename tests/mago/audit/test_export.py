import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from time_machine import travel

from mago.audit import checkpoints, exporting
from mago.audit.exporting import Format, export
from mago.audit.models import AuditEvent
from mago.audit.services import Tag, seal
from mago.core.context import Caller, calling
from mago.core.csv_text import FORMULA
from tests.trail import record

from .conftest import Tamper

FIRST = datetime(2026, 3, 1, 12, tzinfo=UTC)


def lines(**period: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in export(Format.JSONL, actor=None, **period)]


def table(**criteria: Any) -> list[dict[str, str]]:
    text = "".join(export(Format.CSV, actor=None, **criteria))
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


@pytest.fixture
def days(db: None, alice: SimpleNamespace) -> list[AuditEvent]:
    """An event on each of ten days, each day sealed and signed."""
    told = []
    for day in range(10):
        with travel(FIRST + timedelta(days=day), tick=False):
            told.append(record(Tag.SIGN_IN_FAILED, actor=alice, day=day))
            seal()
            checkpoints.make_checkpoint(now=True)
    return told


def numbers(found: list[dict[str, Any]]) -> list[int]:
    return [line["id"] for line in found if line["type"] == "event"]


def test_the_lines_hold_the_chain_from_its_beginning_to_a_checkpoint(
    five: list[AuditEvent],
) -> None:
    head, key, *rest, checkpoint, end = lines()
    assert (head["type"], head["whole"]) == ("mago-audit-export", True)
    assert head["before"] == {"sequence": 0, "hash": "00" * 32}
    assert key["id"] == head["installation"] == checkpoint["key"]
    assert [line["sequence"] for line in rest] == [1, 2, 3, 4, 5, 6]
    assert [line["id"] for line in rest[:5]] == [event.id for event in five]
    assert rest[5]["event"]["tag"] == Tag.AUDIT_EXPORTED
    assert checkpoint["type"] == "mago-audit-checkpoint"
    assert end == {"type": "end", "events": 6, "sequence": 6, "hash": checkpoint["hash"]}


def test_a_period_is_a_piece_of_the_chain(days: list[AuditEvent]) -> None:
    found = lines(since=FIRST + timedelta(days=3), until=FIRST + timedelta(days=6))
    assert found[0]["before"]["sequence"] == 3
    assert numbers(found) == [event.id for event in days[3:6]]
    assert found[-2]["sequence"] == 6
    assert numbers(lines(since=FIRST + timedelta(days=8)))[:2] == [days[8].id, days[9].id]
    assert numbers(lines(until=FIRST + timedelta(days=2))) == [days[0].id, days[1].id]


def test_a_period_in_which_nothing_happened_is_empty(days: list[AuditEvent]) -> None:
    found = lines(since=FIRST + timedelta(hours=1), until=FIRST + timedelta(hours=2))
    assert numbers(found) == []
    assert found[-1]["events"] == 0


def test_an_empty_trail_holds_its_own_export(db: None) -> None:
    assert numbers(lines())[1:] == []
    assert len(table()) == 2


def test_an_export_of_a_search_holds_what_was_found_and_says_so(
    days: list[AuditEvent], alice: SimpleNamespace
) -> None:
    found = lines(filters={"actor": alice.pk}, until=FIRST + timedelta(days=2))
    assert found[0]["whole"] is False
    assert numbers(found) == [days[0].id, days[1].id]
    assert lines(filters={"tag": Tag.SIGN_OUT})[-1] == {"type": "end", "events": 0}


def test_batches_make_no_difference(
    days: list[AuditEvent], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "BATCH", 3)
    assert numbers(lines())[:10] == [event.id for event in days]
    assert [int(row["id"]) for row in table()][:10] == [event.id for event in days]


def test_what_is_not_ours_is_told_too(five: list[AuditEvent], tamper: Tamper) -> None:
    tamper("UPDATE {event} SET outcome = 'refused' WHERE id = %s", five[1].id)
    assert [line["id"] for line in lines() if line["type"] == "unsealed"] == [five[1].id]


def test_a_row_has_every_field(five: list[AuditEvent]) -> None:
    rows = table()
    assert list(rows[0]) == list(exporting.COLUMNS)
    assert rows[0]["time"] == f"{five[0].time:%Y-%m-%dT%H:%M:%S.%fZ}"
    assert rows[0]["actor_id"] == str(five[0].actor_id)
    assert rows[0]["on_behalf_of_id"] == ""
    assert json.loads(rows[0]["detail"]) == {"attempt": 1}


@pytest.mark.parametrize("begin", FORMULA)
@pytest.mark.parametrize("space", ["", " ", "\u00a0"])
def test_no_cell_is_a_formula(db: None, begin: str, space: str) -> None:
    text = f"{space}{begin}HYPERLINK(1)"
    person = SimpleNamespace(pk="x", email=text)
    with calling(Caller(text, text, text)):
        record(Tag.SIGN_IN_FAILED, actor=person, on_behalf_of=person)
    row = table()[0]
    for cell in row.values():
        assert not cell.startswith(FORMULA)
        assert not cell.lstrip().startswith(FORMULA)
    assert "HYPERLINK" in row["user_agent"]


def test_quotes_commas_and_lines_stay_in_their_cell(db: None) -> None:
    with calling(Caller(user_agent='a","b";\r\n=c')):
        record(Tag.SIGN_IN_FAILED)
    row = table()[0]
    assert None not in row
    assert row["user_agent"] == 'a","b";␍␊=c'


@pytest.mark.parametrize("format", list(Format))
def test_who_took_what_is_recorded_before_the_first_line(
    five: list[AuditEvent], alice: SimpleNamespace, events: Any, format: Format
) -> None:
    export(format, actor=alice, until=five[3].time, filters={"tag": Tag.SIGN_OUT})
    (told,) = events(Tag.AUDIT_EXPORTED)
    assert told.actor_id == alice.pk
    assert told.detail["format"] == format
    assert told.detail["filters"] == {"tag": Tag.SIGN_OUT}
    assert told.detail["since"] is None


def test_the_command_writes_a_file_that_only_we_may_read(
    five: list[AuditEvent], tmp_path: Path
) -> None:
    path = tmp_path / "trail.jsonl"
    call_command("audit_export", out=path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(path.read_text().splitlines()) == 10
    with pytest.raises(CommandError, match="File exists"):
        call_command("audit_export", out=path)


def test_the_command_prints_a_period_as_csv(
    days: list[AuditEvent], capsys: pytest.CaptureFixture[str]
) -> None:
    call_command(
        "audit_export", "--format", "csv", "--since", "2026-03-03", "--until", "2026-03-05T00:00Z"
    )
    printed = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [int(row["id"]) for row in printed] == [days[2].id, days[3].id]


@pytest.mark.parametrize("option", [("--since", "yesterday"), ("--format", "xml")])
def test_what_makes_no_sense_is_refused(db: None, option: tuple[str, str]) -> None:
    with pytest.raises(CommandError):
        call_command("audit_export", *option)
