"""Whoever owns the database can change it; these are the ways, and how each is named."""

import hashlib
import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from mago.audit import canonical, services
from mago.audit.models import AuditEvent, AuditLink
from mago.audit.services import Tag, record, seal
from mago.audit.verification import Break, Kind, verify

from .conftest import Tamper

FIELDS = ",".join((*canonical.FIELDS, "mac"))


def copy_of(event: AuditEvent) -> str:
    return f"INSERT INTO {{event}} ({FIELDS}) SELECT {FIELDS} FROM {{event}} WHERE id = {event.id}"


@pytest.fixture
def trail(five: list[AuditEvent]) -> list[AuditEvent]:
    """Five events, sealed."""
    seal()
    return five


def run(*options: str) -> tuple[int, str]:
    output = StringIO()
    try:
        call_command("audit_verify", *options, stdout=output)
    except SystemExit as end:
        return int(str(end.code)), output.getvalue()
    return 0, output.getvalue()


def test_an_empty_trail_is_whole(db: None) -> None:
    verdict = verify()
    assert (verdict.links, verdict.head, verdict.first_break) == (0, "00" * 32, None)


def test_the_command_seals_and_says_that_the_trail_is_whole(five: list[AuditEvent]) -> None:
    code, output = run()
    assert code == 0
    assert output.startswith("The audit trail is whole: 5 events, up to ")
    assert AuditLink.objects.count() == 5


def test_the_command_says_where_the_trail_is_broken(
    trail: list[AuditEvent], tamper: Tamper
) -> None:
    tamper("UPDATE {event} SET outcome = 'success' WHERE id = %s", trail[2].id)
    tamper("UPDATE {event} SET actor_label = 'mallory' WHERE id = %s", trail[2].id)
    code, output = run()
    assert code == 1
    assert output == (
        "The audit trail is broken. "
        f"Event {trail[2].id} was changed after it was sealed at link 3.\n"
    )


def test_the_command_speaks_json(trail: list[AuditEvent], tamper: Tamper) -> None:
    code, output = run("--json")
    assert code == 0
    head = bytes(AuditLink.objects.get(sequence=5).hash).hex()
    assert json.loads(output) == {
        "whole": True,
        "links": 5,
        "removed": 0,
        "head": head,
        "problem": None,
    }

    tamper("DELETE FROM {event} WHERE id = %s", trail[2].id)
    code, output = run("--json")
    assert code == 1
    assert json.loads(output)["problem"] == {
        "kind": "missing",
        "link": 3,
        "event": trail[2].id,
        "message": f"Event {trail[2].id}, sealed at link 3, is missing.",
    }


@pytest.mark.turns
@pytest.mark.parametrize("name", [*canonical.FIELDS, "mac"])
def test_a_change_of_any_field_is_found(trail: list[AuditEvent], tamper: Tamper, name: str) -> None:
    field = AuditEvent._meta.get_field(name)
    value = {
        "time": trail[2].time + timedelta(microseconds=1),
        "actor_id": None,
        "on_behalf_of_id": trail[2].actor_id,
        "organization_id": trail[2].actor_id,
        "detail": {"attempt": 4},
        "mac": trail[1].mac,
    }.get(name, "x")
    changed = field.get_db_prep_save(value, connection)
    tamper(f"UPDATE {{event}} SET {name} = %s WHERE id = %s", changed, trail[2].id)
    assert verify().first_break == Break(Kind.CHANGED, 3, trail[2].id)


def test_a_missing_event_is_found(trail: list[AuditEvent], tamper: Tamper) -> None:
    tamper("DELETE FROM {event} WHERE id = %s", trail[4].id)
    assert verify().first_break == Break(Kind.MISSING, 5, trail[4].id)


def test_a_missing_link_is_found(trail: list[AuditEvent], tamper: Tamper) -> None:
    tamper("DELETE FROM {link} WHERE sequence = 2")
    assert verify().first_break == Break(Kind.LINK_MISSING, 2)


def test_an_event_missing_with_its_link_is_found(trail: list[AuditEvent], tamper: Tamper) -> None:
    tamper("DELETE FROM {link} WHERE sequence = 1")
    tamper("DELETE FROM {event} WHERE id = %s", trail[0].id)
    assert verify().first_break == Break(Kind.LINK_MISSING, 1)


def test_exchanged_links_are_found(trail: list[AuditEvent], tamper: Tamper) -> None:
    second, third = trail[1].id, trail[2].id
    tamper("UPDATE {link} SET event_id = -1 WHERE sequence = 2")
    tamper("UPDATE {link} SET event_id = %s WHERE sequence = 3", second)
    tamper("UPDATE {link} SET event_id = %s WHERE sequence = 2", third)
    assert verify().first_break == Break(Kind.REORDERED, 2, third)


def test_exchanged_events_are_found(trail: list[AuditEvent], tamper: Tamper) -> None:
    second, third = trail[1].id, trail[2].id
    for old, new in ((second, -1), (third, second), (-1, third)):
        tamper("UPDATE {event} SET id = %s WHERE id = %s", new, old)
    assert verify().first_break == Break(Kind.REORDERED, 2, second)


def test_a_changed_link_is_found(trail: list[AuditEvent], tamper: Tamper) -> None:
    tamper("UPDATE {link} SET hash = mac WHERE sequence = 4")
    assert verify().first_break == Break(Kind.REORDERED, 4, trail[3].id)


def test_an_inserted_event_without_our_mac_is_found(
    trail: list[AuditEvent], tamper: Tamper
) -> None:
    tamper(copy_of(trail[0]).replace("SELECT time,tag", "SELECT time,'signin:session:opened'"))
    inserted = AuditEvent.objects.latest("id").id
    assert verify().first_break == Break(Kind.NOT_OURS, event=inserted)
    record(Tag.SIGN_OUT)
    assert verify().first_break == Break(Kind.NOT_OURS, event=inserted)


def test_a_copy_of_a_genuine_event_is_found(trail: list[AuditEvent], tamper: Tamper) -> None:
    tamper(copy_of(trail[0]))
    inserted = AuditEvent.objects.latest("id").id
    assert verify().first_break == Break(Kind.NOT_OURS, event=inserted)


def test_a_copy_of_an_event_not_yet_sealed_is_found(five: list[AuditEvent], tamper: Tamper) -> None:
    tamper(copy_of(five[4]))
    inserted = AuditEvent.objects.latest("id").id
    assert verify().first_break == Break(Kind.NOT_OURS, event=inserted)


def test_a_copy_with_a_lower_number_than_the_sealed_event_is_found(
    trail: list[AuditEvent], tamper: Tamper
) -> None:
    tamper(copy_of(trail[4]).replace("(time", "(id,time").replace("SELECT time", "SELECT -7,time"))
    assert verify().first_break == Break(Kind.NOT_OURS, event=-7)


def test_an_inserted_event_with_a_link_is_found(trail: list[AuditEvent], tamper: Tamper) -> None:
    tamper(copy_of(trail[0]).replace("SELECT time,tag", "SELECT time,'signin:session:opened'"))
    inserted = AuditEvent.objects.latest("id")
    forge_links_from(6, [inserted], tamper)
    assert verify().first_break == Break(Kind.INSERTED, 6, inserted.id)


def test_a_link_before_the_first_is_found(trail: list[AuditEvent], tamper: Tamper) -> None:
    tamper(
        "INSERT INTO {link} (sequence, event_id, salt, hash, mac) SELECT 0, -1, hash, hash, mac FROM {link} WHERE sequence = 1"
    )
    assert verify().first_break == Break(Kind.INSERTED, 0, -1)


def test_a_chain_rewritten_without_our_key_is_found(
    trail: list[AuditEvent], tamper: Tamper
) -> None:
    """The hashes are no secret: what somebody else cannot make is the MAC of the last link."""
    tamper("DELETE FROM {event} WHERE id = %s", trail[1].id)
    tamper("DELETE FROM {link} WHERE sequence >= 2")
    forge_links_from(2, trail[2:], tamper)
    record(Tag.SIGN_OUT)
    assert verify().first_break == Break(Kind.FORGED, 2, trail[2].id)


def test_a_chain_whose_key_is_gone_vouches_for_nothing(
    trail: list[AuditEvent], settings: Any
) -> None:
    settings.SECRET_KEY = "another-key-0123456789-abcdefghijklmnopqrstuv"
    first_break = verify().first_break
    assert first_break is not None
    assert (first_break.link, first_break.event) == (1, trail[0].id)


def test_a_trail_of_many_batches_is_followed_to_the_end(
    trail: list[AuditEvent], tamper: Tamper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mago.audit.verification.BATCH", 2)
    monkeypatch.setattr(services, "BATCH", 2)
    assert verify().links == 5
    tamper("DELETE FROM {event} WHERE id = %s", trail[4].id)
    assert verify().first_break == Break(Kind.MISSING, 5, trail[4].id)


@pytest.mark.turns
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps types")
@pytest.mark.parametrize("is_sealed", [True, False])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("time", "'x'"),
        ("time", "5"),
        ("actor_id", "'x'"),
        ("mac", "'x'"),
        ("mac", "99999999999"),
        ("tag", "x'00'"),
        ("tag", "7"),
        ("detail", "'1e999'"),
    ],
)
def test_what_cannot_be_an_event_is_named_too(
    five: list[AuditEvent], tamper: Tamper, name: str, value: str, is_sealed: bool
) -> None:
    if is_sealed:
        seal()
    tamper(f"UPDATE {{event}} SET {name} = {value} WHERE id = %s", five[2].id)
    first_break = verify().first_break
    assert first_break is not None
    assert first_break.event == five[2].id


@pytest.mark.turns
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps types")
@pytest.mark.parametrize("column", ["hash", "mac", "event_id"])
@pytest.mark.parametrize("value", ["'x'", "99999999999", "x''"])
@pytest.mark.parametrize("sequence", [3, 5])
def test_what_cannot_be_a_link_is_named_too(
    trail: list[AuditEvent], tamper: Tamper, column: str, value: str, sequence: int
) -> None:
    tamper(f"UPDATE {{link}} SET {column} = {value} WHERE sequence = {sequence}")
    first_break = verify().first_break
    if column == "mac" and sequence == 3:
        assert first_break is None
    else:
        assert first_break is not None
        assert first_break.link == sequence


def forge_links_from(sequence: int, events: list[AuditEvent], tamper: Tamper) -> None:
    """What somebody can do who knows the format but not the key."""
    before = AuditLink.objects.filter(sequence=sequence - 1).first()
    previous = bytes(before.hash) if before else canonical.GENESIS
    for number, event in enumerate(events, sequence):
        event.refresh_from_db()
        previous = canonical.link_hash(previous, number, event)
        mac = hashlib.sha256(previous).digest()
        tamper(
            "INSERT INTO {link} (sequence, event_id, salt, hash, mac) VALUES (%s, %s, %s, %s, %s)",
            *(number, event.id, mac, previous, mac),
        )
