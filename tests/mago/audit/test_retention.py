"""Old events go, and what remains is still proved."""

import hashlib
import itertools
import json
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import IntegrityError, connection, transaction
from time_machine import travel

from mago.audit import append_only, exporting, retention, tasks
from mago.audit.canonical import encode
from mago.audit.exporting import Format, export
from mago.audit.models import AuditCheckpoint, AuditEvent, AuditKey, AuditLink, AuditSegment
from mago.audit.retention import ChainDoesNotHold, remove_expired
from mago.audit.services import Tag, seal
from mago.audit.statements import present_key
from mago.audit.verification import Break, Kind, verify
from tests.trail import record

from .conftest import Tamper

pytestmark = pytest.mark.slow
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SCRIPT = Path(__file__).parents[3] / "scripts" / "verify_audit.py"


@pytest.fixture(autouse=True)
def ninety_days(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.AUDIT_RETENTION_DAYS = 90
    settings.AUDIT_ARCHIVE_DIR = ""
    monkeypatch.setattr(retention, "PAUSE", 0)


@pytest.fixture
def trail(db: None, alice: SimpleNamespace) -> list[AuditEvent]:
    """An event on each of the ten days around the day from which on events are kept."""
    told = []
    for day in range(10):
        with travel(NOW - timedelta(days=95.5 - day), tick=False):
            told.append(record(Tag.SIGN_IN_FAILED, actor=alice, day=day))
            tasks.seal()
    return told


def remove() -> int:
    with travel(NOW, tick=False):
        return remove_expired()


def kept() -> list[int]:
    found = AuditEvent.objects.filter(tag=Tag.SIGN_IN_FAILED).order_by("id")
    return list(found.values_list("id", flat=True))


def checked(tmp_path: Path, *paths: Path) -> Any:
    """What the standalone verifier says of a whole export, after these files."""
    path = tmp_path / "rest.jsonl"
    path.write_text("".join(export(Format.JSONL, actor=None)))
    command = [sys.executable, "-I", SCRIPT, "--json", *paths, path]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)


def test_events_go_when_they_are_old_and_the_rest_still_verifies(
    trail: list[AuditEvent], tmp_path: Path
) -> None:
    assert remove() == 6
    assert kept() == [event.id for event in trail[6:]]
    assert AuditLink.objects.order_by("sequence").first().sequence == 7
    verdict = verify()
    assert (verdict.first_break, verdict.removed) == (None, 6)
    said = checked(tmp_path)
    assert (said["whole"], said["first"], said["removed"]) == (True, 7, 6)


def test_the_segment_says_what_went_and_bears_our_signature(
    trail: list[AuditEvent], events: Any
) -> None:
    before = bytes(AuditLink.objects.get(sequence=6).hash).hex()
    remove()
    segment = AuditSegment.objects.get().statement
    place = {name: segment[name] for name in ("number", "first", "last", "count")}
    assert place == {"number": 1, "first": 1, "last": 6, "count": 6}
    assert (segment["hash_before"], segment["hash_after"]) == ("00" * 32, before)
    assert segment["oldest"] == f"{trail[0].time:%Y-%m-%dT%H:%M:%S.%fZ}"
    assert segment["newest"] == f"{trail[5].time:%Y-%m-%dT%H:%M:%S.%fZ}"
    (told,) = events(Tag.AUDIT_EVENTS_REMOVED)
    assert told.detail["removed"] == {"first": 1, "last": 6}


def test_what_was_removed_ends_in_the_checkpoint_that_was_kept(
    trail: list[AuditEvent], tmp_path: Path
) -> None:
    remove()
    stated = AuditCheckpoint.objects.get(sequence=6).statement
    forged = {**stated, "hash": "00" * 32}
    assert verify(kept=stated).first_break is None
    assert verify(kept=forged).first_break == Break(Kind.CHECKPOINT, 6)
    statement = tmp_path / "kept.json"
    for checkpoint, code in ((stated, 0), (forged, 1)):
        statement.write_text(json.dumps({"checkpoint": checkpoint}))
        checked(tmp_path)
        command = [sys.executable, "-I", SCRIPT, "--checkpoint", statement, tmp_path / "rest.jsonl"]
        assert subprocess.run(command, check=False, capture_output=True).returncode == code


def test_a_kept_checkpoint_of_a_removed_link_is_not_called_met(
    trail: list[AuditEvent], tmp_path: Path
) -> None:
    remove()
    statement = tmp_path / "kept.json"
    for sequence, met in ((5, False), (6, True)):
        hash = AuditSegment.objects.get().statement["hash_after"]
        statement.write_text(json.dumps({"checkpoint": {"sequence": sequence, "hash": hash}}))
        checked(tmp_path)
        command = [sys.executable, "-I", SCRIPT, "--checkpoint", statement, tmp_path / "rest.jsonl"]
        said = subprocess.run(command, check=False, capture_output=True, text=True)
        assert said.returncode == 0
        assert ("of link 5, lies within what was removed" in said.stdout) != met


def test_by_default_everything_is_kept(trail: list[AuditEvent], settings: Any) -> None:
    settings.AUDIT_RETENTION_DAYS = 0
    assert remove() == 0
    assert len(kept()) == 10


def test_a_second_run_removes_nothing_more(trail: list[AuditEvent]) -> None:
    assert (remove(), remove()) == (6, 0)
    assert AuditSegment.objects.count() == 1


def test_one_segment_follows_the_other(
    trail: list[AuditEvent], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(retention, "SEGMENT", 2)
    assert remove() == 6
    assert AuditSegment.objects.count() == 3
    assert verify().first_break is None
    assert checked(tmp_path)["removed"] == 6


def test_a_few_events_wait_for_more(trail: list[AuditEvent], settings: Any) -> None:
    settings.AUDIT_RETENTION_DAYS = 95
    assert remove() == 0
    with travel(NOW + timedelta(days=1)):
        assert remove_expired() == 2


def test_the_newest_link_stays_however_old_it_is(trail: list[AuditEvent]) -> None:
    with travel(NOW + timedelta(days=900)):
        assert remove_expired() == 9
        assert kept() == [trail[9].id]
        record(Tag.SIGN_OUT)
        seal()
    assert verify().first_break is None


def test_a_run_that_was_cut_short_is_finished_by_the_next(
    trail: list[AuditEvent], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "STEP", 2)
    real = append_only.remove

    def fail_later(database: Any, first: int, last: int) -> None:
        if first > 2:
            raise KeyboardInterrupt
        real(database, first, last)

    monkeypatch.setattr(append_only, "remove", fail_later)
    with pytest.raises(KeyboardInterrupt):
        remove()
    assert len(kept()) == 8
    assert verify().first_break is None
    monkeypatch.setattr(append_only, "remove", real)
    assert remove() == 4
    assert kept() == [event.id for event in trail[6:]]
    assert verify().first_break is None


def test_a_long_backlog_is_signed_where_the_segment_ends(
    trail: list[AuditEvent], tamper: Tamper, monkeypatch: pytest.MonkeyPatch
) -> None:
    tamper("DELETE FROM audit_auditcheckpoint")
    monkeypatch.setattr(retention, "SEGMENT", 3)
    assert remove() == 6
    assert verify().first_break is None


def test_nothing_is_removed_from_a_broken_trail(trail: list[AuditEvent], tamper: Tamper) -> None:
    tamper("UPDATE {event} SET outcome = 'refused' WHERE id = %s", trail[2].id)
    with pytest.raises(ChainDoesNotHold):
        remove()
    tamper("DELETE FROM {event} WHERE id = %s", trail[2].id)
    with pytest.raises(ChainDoesNotHold):
        remove()
    tamper("DELETE FROM {link} WHERE sequence = 3")
    with pytest.raises(ChainDoesNotHold):
        remove()
    assert not AuditSegment.objects.exists()
    assert len(kept()) == 9


def test_a_chain_rewritten_before_its_checkpoint_is_not_signed_again(
    trail: list[AuditEvent], tamper: Tamper
) -> None:
    from .test_verify import forge_links_from

    tamper("UPDATE {event} SET outcome = 'refused' WHERE id = %s", trail[2].id)
    tamper("DELETE FROM {link} WHERE sequence >= 3")
    forge_links_from(3, trail[2:], tamper)
    with pytest.raises(ChainDoesNotHold):
        remove()


def test_what_goes_is_archived_first(
    trail: list[AuditEvent], settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.AUDIT_ARCHIVE_DIR = str(tmp_path)
    monkeypatch.setattr(retention, "SEGMENT", 4)
    remove()
    archives = sorted(tmp_path.iterdir())
    assert [path.name for path in archives] == [
        "audit-000000000001-000000000004.jsonl",
        "audit-000000000005-000000000006.jsonl",
    ]
    for segment, path in zip(AuditSegment.objects.order_by("number"), archives, strict=True):
        assert segment.statement["archive"] == path.name
        assert segment.statement["archive_sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert path.stat().st_mode & 0o777 == 0o600
    said = checked(tmp_path, *archives)
    assert (said["whole"], said["first"], said["problem"]) == (True, 1, None)
    assert said["events"] == said["last"]
    assert checked(tmp_path, archives[0])["problem"]["kind"] == "missing"


def test_without_room_in_the_archive_nothing_is_removed(
    trail: list[AuditEvent], settings: Any, tmp_path: Path
) -> None:
    settings.AUDIT_ARCHIVE_DIR = str(tmp_path / "nowhere")
    with pytest.raises(OSError, match="nowhere"):
        remove()
    assert len(kept()) == 10


def test_an_export_of_a_period_follows_what_was_removed(
    trail: list[AuditEvent], tmp_path: Path
) -> None:
    remove()
    lines = [
        json.loads(line)
        for line in export(Format.JSONL, actor=None, since=NOW - timedelta(days=95))
    ]
    assert lines[0]["before"]["sequence"] == 6
    assert [line["id"] for line in lines if line["type"] == "event"][:4] == kept()


# The door


def refused(first: int, last: int) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        append_only.remove(connection, first, last)


def test_the_database_deletes_only_what_a_segment_covers(trail: list[AuditEvent]) -> None:
    refused(1, 6)
    remove()
    refused(7, 7)
    refused(1, 10)
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEvent.objects.filter(id=trail[9].id).delete()
    assert kept() == [event.id for event in trail[6:]]


def test_what_a_segment_covers_cannot_be_changed(
    trail: list[AuditEvent], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "_sweep", lambda end: 0)
    remove()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        AuditEvent.objects.filter(id=trail[0].id).update(outcome="refused")


def test_a_segment_can_neither_be_changed_nor_deleted(trail: list[AuditEvent]) -> None:
    remove()
    for attempt in (
        AuditSegment.objects.all().delete,
        lambda: AuditSegment.objects.update(number=7),
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            attempt()


def test_a_false_segment_opens_the_door_and_is_found(
    trail: list[AuditEvent], tmp_path: Path
) -> None:
    remove()
    true = AuditSegment.objects.get().statement
    false = true | {
        "number": 2,
        "first": 7,
        "last": 8,
        "hash_before": true["hash_after"],
        "hash_after": bytes(AuditLink.objects.get(sequence=8).hash).hex(),
    }
    AuditSegment.objects.create(number=2, last_sequence=8, statement=false)
    append_only.remove(connection, 7, 8)
    assert verify().first_break == Break(Kind.SEGMENT, 8)
    assert checked(tmp_path)["problem"]["kind"] == "forged"


def test_a_segment_signed_by_a_key_that_was_added_is_found(
    trail: list[AuditEvent], tmp_path: Path
) -> None:
    """Whoever can add rows and has not our secret: the key is theirs, and the signature is right."""
    theirs = Ed25519PrivateKey.generate()
    public = theirs.public_key().public_bytes_raw()
    name = hashlib.sha256(public).hexdigest()[:16]
    ours = present_key()

    def signed(**members: Any) -> dict[str, Any]:
        made = {"version": 1, "installation": ours.id, "key": name, "time": "x"} | members
        return made | {"signature": theirs.sign(encode(made).encode()).hex()}

    statement = signed(type="mago-audit-key", id=name, public=public.hex())
    AuditKey.objects.create(id=name, created_at=NOW, statement=statement)
    after = bytes(AuditLink.objects.get(sequence=4).hash).hex()
    place = {"number": 1, "first": 1, "last": 4, "count": 4}
    false = signed(type="mago-audit-segment", hash_before="00" * 32, hash_after=after, **place)
    AuditSegment.objects.create(number=1, last_sequence=4, statement=false)
    append_only.remove(connection, 1, 4)
    assert verify().first_break == Break(Kind.SEGMENT, 4)
    assert checked(tmp_path)["problem"]["kind"] == "segment"


def test_events_removed_without_a_segment_are_found(
    trail: list[AuditEvent], tamper: Tamper, tmp_path: Path
) -> None:
    tamper("DELETE FROM {link} WHERE sequence <= 3")
    tamper("DELETE FROM {event} WHERE id <= %s", trail[2].id)
    assert verify().first_break == Break(Kind.LINK_MISSING, 1)
    assert checked(tmp_path)["problem"]["kind"] == "missing"


def test_the_clock_removes_what_is_old(trail: list[AuditEvent]) -> None:
    with travel(NOW, tick=False):
        tasks.remove_expired.delay()
    assert kept() == [event.id for event in trail[6:]]


@pytest.mark.django_db(transaction=True)
def test_somebody_who_writes_meanwhile_loses_nothing(
    alice: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("threads cannot share a database in memory")
    monkeypatch.setattr(retention, "PAUSE", 0.005)
    monkeypatch.setattr(retention, "STEP", 20)
    monkeypatch.setattr(exporting, "BATCH", 50)
    with travel(NOW - timedelta(days=100)):
        for number in range(300):
            record(Tag.SIGN_IN_FAILED, actor=alice, number=number)
        seal()
    turns, stop = itertools.count(), threading.Event()

    def write() -> None:
        while not stop.is_set():
            record(Tag.SIGN_OUT, actor=alice, turn=next(turns))
            time.sleep(0.002)
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        with travel(NOW):
            assert remove_expired() == 299
    finally:
        stop.set()
        writer.join()
    kept = [event.detail["turn"] for event in AuditEvent.objects.filter(tag=Tag.SIGN_OUT)]
    assert sorted(kept) == list(range(next(turns)))
    assert verify().first_break is None
