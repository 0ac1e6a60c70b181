import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from time_machine import travel

from mago.audit import checkpoints, statements, tasks
from mago.audit.canonical import encode
from mago.audit.models import AuditCheckpoint, AuditEvent, AuditKey, AuditLink
from mago.audit.services import Tag, record, seal
from mago.audit.verification import Break, Kind, verify

from .conftest import Tamper


def printed(command: str, *options: Any) -> Any:
    output = StringIO()
    call_command(command, *options, stdout=output)
    return json.loads(output.getvalue())


def sealed(count: int = 1) -> None:
    for _ in range(count):
        record(Tag.SIGN_OUT)
    seal()


def verdict_of_command(*options: Any) -> tuple[int, str]:
    output = StringIO()
    try:
        call_command("audit_verify", *options, stdout=output)
    except SystemExit as end:
        return int(str(end.code)), output.getvalue()
    return 0, output.getvalue()


def test_anybody_can_check_a_checkpoint_with_the_public_key(five: list[AuditEvent]) -> None:
    said = printed("audit_checkpoint")
    statement, key = said["checkpoint"], said["keys"][0]
    assert statement["sequence"] == 5
    assert statement["hash"] == bytes(AuditLink.objects.get(sequence=5).hash).hex()
    assert statement["key"] == statement["installation"] == key["id"]
    signature = bytes.fromhex(statement.pop("signature"))
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key["public"]))
    public.verify(signature, encode(statement).encode())
    with pytest.raises(InvalidSignature):
        public.verify(signature, encode(statement | {"sequence": 6}).encode())


def test_nothing_is_signed_before_something_happened(db: None) -> None:
    with pytest.raises(CommandError, match="nothing has happened"):
        printed("audit_checkpoint")
    assert not AuditKey.objects.exists()


def test_the_clock_makes_a_checkpoint_when_one_is_due(
    five: list[AuditEvent], monkeypatch: pytest.MonkeyPatch
) -> None:
    def sequences() -> list[int]:
        tasks.seal()
        return list(AuditCheckpoint.objects.order_by("sequence").values_list("sequence", flat=True))

    assert sequences() == [5]
    record(Tag.SIGN_OUT)
    assert sequences() == [5]
    with travel(timezone.now() + checkpoints.PERIOD + timedelta(seconds=1)):
        assert sequences() == [5, 6]
        assert sequences() == [5, 6]
        record(Tag.SIGN_OUT)
        monkeypatch.setattr(checkpoints, "LINKS", 2)
        assert sequences() == [5, 6]
        record(Tag.SIGN_OUT)
        assert sequences() == [5, 6, 8]


def test_the_end_of_a_chain_that_is_not_ours_is_not_signed(
    five: list[AuditEvent], tamper: Tamper
) -> None:
    seal()
    tamper("UPDATE {link} SET mac = hash WHERE sequence = 5")
    assert checkpoints.make_checkpoint(now=True) is None


def test_the_private_key_is_sealed_in_the_database(five: list[AuditEvent]) -> None:
    printed("audit_checkpoint")
    private = AuditKey.objects.get().private
    with connection.cursor() as cursor:
        cursor.execute("SELECT private FROM audit_auditkey")
        assert private not in cursor.fetchone()[0]


def test_a_new_key_is_signed_by_the_old_one_which_then_is_gone(
    five: list[AuditEvent], events: Any
) -> None:
    first = printed("audit_checkpoint")["keys"][0]
    keys = printed("audit_change_key")["keys"]
    assert [key["key"] for key in keys] == [first["id"], first["id"]]
    assert keys[1]["installation"] == first["id"] != keys[1]["id"]
    assert all(statements.holds(key) for key in keys)
    assert list(AuditKey.objects.filter(private="").values_list("id", flat=True)) == [first["id"]]
    assert events(Tag.AUDIT_KEY_CHANGED)[0].detail["public"] == keys[1]["public"]
    assert printed("audit_checkpoint")["checkpoint"]["key"] == keys[1]["id"]
    assert verify().first_break is None


def test_a_trail_cut_off_at_its_end_is_found(five: list[AuditEvent], tamper: Tamper) -> None:
    printed("audit_checkpoint")
    tamper("DELETE FROM {link} WHERE sequence > 3")
    tamper("DELETE FROM {event} WHERE id > %s", five[2].id)
    assert verify().first_break == Break(Kind.CUT, 3)


def test_a_checkpoint_that_was_kept_finds_what_a_trail_without_any_hides(
    five: list[AuditEvent], tamper: Tamper, tmp_path: Path
) -> None:
    kept = tmp_path / "checkpoint.json"
    kept.write_text(json.dumps(printed("audit_checkpoint")))
    assert verdict_of_command("--checkpoint", str(kept))[0] == 0
    tamper("DELETE FROM audit_auditcheckpoint")
    tamper("DELETE FROM {link} WHERE sequence > 3")
    tamper("DELETE FROM {event} WHERE id > %s", five[2].id)
    assert verify().first_break is None
    code, said = verdict_of_command("--checkpoint", str(kept))
    assert code == 1
    assert "ends at link 3, before a signed checkpoint" in said


@pytest.mark.parametrize("name", ["hash", "sequence", "signature", "key"])
def test_a_changed_checkpoint_is_found(five: list[AuditEvent], tamper: Tamper, name: str) -> None:
    statement = printed("audit_checkpoint")["checkpoint"]
    statement[name] = 4 if name == "sequence" else "00" * 32
    tamper("UPDATE audit_auditcheckpoint SET statement = %s", json.dumps(statement))
    assert verify().first_break == Break(Kind.CHECKPOINT, 5)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"checkpoint": {"sequence": "5"}}'])
def test_a_file_that_is_no_checkpoint_is_refused(db: None, tmp_path: Path, text: str) -> None:
    path = tmp_path / "checkpoint.json"
    path.write_text(text)
    with pytest.raises(CommandError, match="is not what"):
        verdict_of_command("--checkpoint", str(path))


def test_keys_sealed_anew_still_sign(five: list[AuditEvent], settings: Any) -> None:
    from mago.core.rotation import reseal

    printed("audit_checkpoint")
    old, new = settings.SECRET_KEY, "another-key-0123456789-abcdefghijklmnopqrstuv"
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = new, [old]
    reseal()
    sealed()
    settings.SECRET_KEY_FALLBACKS = []
    assert printed("audit_checkpoint")["checkpoint"]["sequence"] == 6
    assert verify().first_break is None


def test_people_are_named_who_changed_the_key(alice: SimpleNamespace, events: Any) -> None:
    sealed()
    statements.change_key(actor=alice)
    assert events(Tag.AUDIT_KEY_CHANGED)[0].actor_id == alice.pk
