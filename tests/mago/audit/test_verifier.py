"""The standalone verifier, run as its own program on exports that somebody changed."""

import ast
import hashlib
import io
import json
import runpy
import struct
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mago.audit.canonical import encode
from mago.audit.checkpoints import make_checkpoint
from mago.audit.exporting import Format, export
from mago.audit.models import AuditEvent
from mago.audit.services import Tag, seal
from mago.audit.statements import change_key, keys
from tests.trail import record

from .conftest import Tamper

pytestmark = [pytest.mark.one_database, pytest.mark.slow]

SCRIPT = Path(__file__).parents[3] / "scripts" / "verify_audit.py"
Lines = list[dict[str, Any]]
Check = Callable[..., dict[str, Any]]

# In the file: the header, the key, then events 1 to 3, a checkpoint, events 4 to 6, a checkpoint, the end.
FIRST, SECOND, THIRD, SIGNED, FOURTH = 2, 3, 4, 5, 6


def run(*arguments: Any) -> subprocess.CompletedProcess[str]:
    """As its own program, which knows nothing of Mago."""
    command = [sys.executable, "-I", SCRIPT, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def run_here(*arguments: Any) -> subprocess.CompletedProcess[str]:
    """The same, without the start of a Python."""
    out, err = io.StringIO(), io.StringIO()
    command = [str(SCRIPT), *map(str, arguments)]
    with redirect_stdout(out), redirect_stderr(err), pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", command)
        with pytest.raises(SystemExit) as ended:
            runpy.run_path(str(SCRIPT), run_name="__main__")
    return subprocess.CompletedProcess(
        command, int(str(ended.value.code or 0)), out.getvalue(), err.getvalue()
    )


def exported(**period: Any) -> Lines:
    return [json.loads(line) for line in export(Format.JSONL, actor=None, **period)]


@pytest.fixture
def lines(five: list[AuditEvent], tamper: Tamper) -> Lines:
    tamper("DELETE FROM {event} WHERE id > %s", five[2].id)
    seal()
    make_checkpoint(now=True)
    record(Tag.SIGN_OUT)
    record(Tag.SIGN_OUT)
    return exported()


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """What the verifier says of these lines, as JSON; its exit status says the same."""

    def say(lines: Lines, *arguments: Any) -> dict[str, Any]:
        path = tmp_path / "trail.jsonl"
        path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
        done = run_here(path, "--json", *arguments)
        assert done.stderr == ""
        said: dict[str, Any] = json.loads(done.stdout)
        assert done.returncode == (0 if said["whole"] else 1)
        return said

    return say


def problem(said: dict[str, Any]) -> tuple[str, int | None, int | None]:
    assert not said["whole"]
    return said["problem"]["kind"], said["problem"]["link"], said["problem"]["event"]


def rewritten(lines: Lines, begin: int) -> Lines:
    """What somebody can do who knows the format: all hashes from there on are right again."""
    events = [line for line in lines if line["type"] == "event"]
    previous = lines[0]["before"]["hash"]
    for sequence, line in enumerate(events, 1):
        if sequence >= begin:
            line["sequence"] = sequence
            raw = bytes.fromhex(previous) + struct.pack(">qq", sequence, line["id"])
            raw += bytes.fromhex(line["mac"]) + encode(line["event"]).encode()
            line["hash"] = hashlib.sha256(raw).hexdigest()
        previous = line["hash"]
    lines[-1] |= {"sequence": len(events), "hash": previous, "events": len(events)}
    return lines


def test_it_needs_nothing_but_the_standard_library() -> None:
    tree = ast.parse(SCRIPT.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = (
                [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else [a.name for a in node.names]
            )
            assert {name.split(".")[0] for name in names} <= set(sys.stdlib_module_names)


def test_a_trail_is_whole(lines: Lines, check: Check) -> None:
    said = check(lines)
    assert (said["whole"], said["events"], said["first"], said["last"]) == (True, 6, 1, 6)
    assert (said["signatures"], said["unchecked"]) == (2, 0)
    assert check(lines, "--key", lines[1]["public"])["whole"]


def test_it_speaks_to_people(lines: Lines, tmp_path: Path) -> None:
    path = tmp_path / "trail.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    said = run(path)
    assert said.returncode == 0
    assert said.stdout.startswith("Whole: 6 events, links 1 to 6, ending in ")
    assert "2 signatures hold, the last at link 6." in said.stdout
    assert f"Compare with the copy that you keep: key {lines[1]['id']}" in said.stdout
    lines[SECOND]["event"]["outcome"] = "refused"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    said = run(path)
    assert said.returncode == 1
    assert said.stdout == (
        f"BROKEN (changed), at {path}:4: Event {lines[SECOND]['id']} was changed after it was sealed"
        " at link 2.\n"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("tag", "signin:session:opened"), ("actor_label", "mallory"), ("detail", {"attempt": 7})],
)
def test_a_changed_event_is_named(lines: Lines, check: Check, name: str, value: Any) -> None:
    lines[SECOND]["event"][name] = value
    assert problem(check(lines)) == ("changed", 2, lines[SECOND]["id"])


@pytest.mark.parametrize("name", ["hash", "mac", "id"])
def test_a_changed_seal_is_named(lines: Lines, check: Check, name: str) -> None:
    lines[SECOND][name] = lines[THIRD][name]
    assert problem(check(lines)) == ("changed", 2, lines[SECOND]["id"])


def test_one_changed_byte_anywhere_is_found(lines: Lines, check: Check, tmp_path: Path) -> None:
    text = "".join(f"{encode(line)}\n" for line in lines).encode()
    path = tmp_path / "byte.jsonl"
    start = text.index(b"\n")  # The header's own time and period prove nothing.
    for place in range(start, len(text), 151):
        changed = bytes([text[place] ^ 1])
        path.write_bytes(text[:place] + changed + text[place + 1 :])
        assert run_here(path).returncode in (1, 2), text[place - 20 : place + 20]


def test_a_missing_event_is_named(lines: Lines, check: Check) -> None:
    del lines[SECOND]
    assert problem(check(lines)) == ("missing", 2, None)


def test_a_missing_beginning_is_named(lines: Lines, check: Check) -> None:
    begin = {"sequence": 1, "hash": lines[FIRST]["hash"]}
    lines[0]["before"] = begin
    del lines[FIRST]
    assert problem(check(lines)) == ("missing", 1, None)


def test_a_missing_end_is_found(lines: Lines, check: Check) -> None:
    assert problem(check(lines[:-1]))[0] == "cut"
    assert problem(check(lines[:-2] + lines[-1:]))[0] == "cut"
    shorter = [*lines[:FOURTH], {**lines[-1], "sequence": 3, "hash": lines[THIRD]["hash"]}]
    assert check(shorter)["last"] == 3  # It was true once; only a kept checkpoint tells.


def test_a_checkpoint_that_was_kept_finds_a_missing_end(
    lines: Lines, check: Check, tmp_path: Path
) -> None:
    kept = tmp_path / "kept.json"
    kept.write_text(json.dumps({"checkpoint": lines[-2]}))
    assert check(lines, "--checkpoint", kept)["whole"]
    shorter = [*lines[:FOURTH], {**lines[-1], "sequence": 3, "hash": lines[THIRD]["hash"]}]
    assert problem(check(shorter, "--checkpoint", kept)) == ("cut", 3, None)


def piece_from_fourth(lines: Lines) -> Lines:
    """An export of the later half, as it stands."""
    head = {**lines[0], "since": "x", "before": {"sequence": 3, "hash": lines[THIRD]["hash"]}}
    return [head, lines[1], *lines[FOURTH:]]


@pytest.mark.parametrize("kept", [2, 3])
def test_a_checkpoint_that_was_kept_and_is_not_in_the_files_is_not_taken_for_met(
    kept: int, lines: Lines, tmp_path: Path
) -> None:
    """Else a piece that begins behind it would be called whole, whatever the trail was before."""
    path, statement = tmp_path / "later.jsonl", tmp_path / "kept.json"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in piece_from_fourth(lines)))
    members = {"sequence": kept, "hash": lines[THIRD]["hash"]}
    statement.write_text(json.dumps({"checkpoint": members}))
    said = run_here(path, "--checkpoint", statement)
    if kept == 3:  # The piece says what comes before it.
        assert said.returncode == 0
        statement.write_text(json.dumps({"checkpoint": {**members, "hash": "00" * 32}}))
        said = run_here(path, "--checkpoint", statement)
        assert (said.returncode, said.stdout[:15]) == (1, "BROKEN (forged)")
    else:
        assert (said.returncode, said.stdout) == (2, "")
        assert "of link 2, is not in what was given" in said.stderr


def test_without_any_event_nothing_is_called_whole(lines: Lines, tmp_path: Path) -> None:
    path = tmp_path / "empty.jsonl"
    place = {"sequence": 5000, "hash": "ab" * 32}
    empty = [{**lines[0], "before": place}, lines[1], {"type": "end", "events": 0, **place}]
    path.write_text("".join(f"{json.dumps(line)}\n" for line in empty))
    assert run_here(path, "--key", lines[1]["public"]).returncode == 2


def test_a_name_that_stands_twice_in_a_line_is_found(
    lines: Lines, check: Check, tmp_path: Path
) -> None:
    """Of two values this reader would take the last, and another one the first."""
    path = tmp_path / "twice.jsonl"
    texts = [json.dumps(line) for line in lines]
    texts[SECOND] = texts[SECOND].replace('"tag":', '"tag": "signin:session:opened", "tag":')
    path.write_text("".join(f"{text}\n" for text in texts))
    said = run_here(path)
    assert (said.returncode, said.stdout[:16]) == (1, "BROKEN (changed)")
    assert f"{path}:{SECOND + 1}" in said.stdout


@pytest.mark.parametrize("hostile", ["[" * 100_000, '{"a":' * 100_000, "9" * 5000])
def test_a_line_that_no_reader_can_take_is_named(
    hostile: str, lines: Lines, tmp_path: Path
) -> None:
    path = tmp_path / "deep.jsonl"
    texts = [json.dumps(line) for line in lines]
    texts[SECOND] = hostile
    path.write_text("".join(f"{text}\n" for text in texts))
    said = run_here(path)
    assert (
        said.stdout == f"BROKEN (changed), at {path}:{SECOND + 1}: This is no line of an export.\n"
    )


@pytest.mark.parametrize("name", ["x\x1b[2J\nWhole: 6 events", "\ud800", "\u202eelohW"])
def test_what_a_file_says_cannot_speak_for_the_verifier(
    name: str, lines: Lines, tmp_path: Path
) -> None:
    path = tmp_path / "loud.jsonl"
    lines[1]["id"] = name
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    said = run(path)
    assert (said.returncode, said.stderr) == (1, "")
    assert said.stdout.startswith("BROKEN (forged)")
    assert said.stdout.removesuffix("\n").isprintable()


def test_exchanged_events_are_named(lines: Lines, check: Check) -> None:
    lines[FIRST], lines[SECOND] = lines[SECOND], lines[FIRST]
    assert problem(check(lines)) == ("reordered", 1, lines[SECOND]["id"])


def test_an_event_that_was_moved_is_named(lines: Lines, check: Check) -> None:
    lines.insert(-2, lines.pop(SECOND))
    assert problem(check(lines)) == ("reordered", 2, lines[-3]["id"])


def test_an_inserted_event_is_named(lines: Lines, check: Check) -> None:
    lines.insert(SECOND, {**lines[FIRST], "id": 999, "sequence": 2})
    assert problem(check(lines)) == ("inserted", 2, 999)


def test_a_copied_line_is_named(lines: Lines, check: Check) -> None:
    lines.insert(THIRD, lines[FIRST])
    assert problem(check(lines)) == ("inserted", 1, lines[FIRST]["id"])


def test_an_event_inserted_with_a_right_hash_is_found(lines: Lines, check: Check) -> None:
    false = rewritten([*lines[:SECOND], {**lines[SECOND], "id": 999}, lines[-1]], 2)[SECOND]
    lines.insert(SECOND, false)
    assert problem(check(lines)) == ("inserted", 2, None)


def test_a_chain_rewritten_to_its_end_is_found_by_its_signature(lines: Lines, check: Check) -> None:
    lines[SECOND]["event"]["actor_label"] = "mallory"
    assert problem(check(rewritten(lines, 2))) == ("forged", 3, None)


def test_a_chain_rewritten_after_a_checkpoint_is_narrowed_down(lines: Lines, check: Check) -> None:
    lines[FOURTH]["event"]["actor_label"] = "mallory"
    said = check(rewritten(lines, 4))
    assert problem(said) == ("forged", 6, None)
    assert "rewritten after link 3" in said["problem"]["message"]


def test_without_its_signature_the_end_is_not_believed(lines: Lines, check: Check) -> None:
    lines[SECOND]["event"]["actor_label"] = "mallory"
    forged = [line for line in rewritten(lines, 2) if line["type"] != "mago-audit-checkpoint"]
    assert problem(check(forged)) == ("cut", 6, None)


def signed_by(private: Ed25519PrivateKey, statement: dict[str, Any]) -> dict[str, Any]:
    content = {name: value for name, value in statement.items() if name != "signature"}
    return content | {"signature": private.sign(encode(content).encode()).hex()}


def test_a_chain_signed_by_somebody_else_is_found_by_the_key_that_was_kept(
    lines: Lines, check: Check
) -> None:
    ours, theirs = lines[1]["public"], Ed25519PrivateKey.generate()
    public = theirs.public_key().public_bytes_raw()
    name = hashlib.sha256(public).hexdigest()[:16]
    lines[SECOND]["event"]["actor_label"] = "mallory"
    lines = rewritten(lines, 2)
    lines[1] = signed_by(theirs, lines[1] | {"id": name, "key": name, "public": public.hex()})
    for index in (SIGNED, len(lines) - 2):
        hash = lines[index - 1]["hash"]
        lines[index] = signed_by(theirs, lines[index] | {"key": name, "hash": hash})
    assert check(lines)["whole"]  # Whoever keeps no key cannot know.
    assert problem(check(lines, "--key", ours)) == ("forged", 6, None)


@pytest.mark.parametrize("is_kept", [True, False])
def test_a_removal_that_somebody_else_signed_is_not_believed(
    is_kept: bool, lines: Lines, check: Check
) -> None:
    """Else whoever holds a file could leave out its beginning, and say himself that it was let go."""
    theirs = Ed25519PrivateKey.generate()
    name = hashlib.sha256(theirs.public_key().public_bytes_raw()).hexdigest()[:16]
    place = {"sequence": 3, "hash": lines[THIRD]["hash"]}
    removal = {"type": "mago-audit-segment", "version": 1, "key": name, "time": "x", "number": 1}
    removal |= {"first": 1, "last": 3, "count": 3}
    removal |= {"hash_before": "00" * 32, "hash_after": place["hash"]}
    head = {**lines[0], "before": place}
    shorter = [head, lines[1], signed_by(theirs, removal), *lines[FOURTH:]]
    trusted = ["--key", lines[1]["public"]] if is_kept else []
    assert problem(check(shorter, *trusted)) == ("segment", 3, None)


@pytest.mark.parametrize("without", ["its key", "its own checkpoint"])
def test_an_end_signed_by_a_key_that_the_file_does_not_explain_is_not_believed(
    without: str, lines: Lines, check: Check
) -> None:
    """Also by whoever has kept no key: two installations may have been mixed."""
    if without == "its key":
        del lines[1]
    else:
        lines[-2] = signed_by(Ed25519PrivateKey.generate(), lines[-2] | {"key": "ab" * 8})
    assert problem(check(lines)) == ("forged", 6, None)


def test_a_changed_signature_is_found(lines: Lines, check: Check) -> None:
    signature = lines[SIGNED]["signature"]
    lines[SIGNED]["signature"] = signature[:-2] + ("00" if signature[-2:] != "00" else "01")
    assert problem(check(lines)) == ("forged", 3, None) or problem(check(lines))[0] == "forged"
    lines[SIGNED]["signature"] = ""
    assert problem(check(lines))[0] == "forged"


def test_a_new_key_leads_back_to_the_one_that_was_kept(lines: Lines, check: Check) -> None:
    first = keys()[0].statement["public"]
    change_key()
    record(Tag.SIGN_OUT)
    trail = exported()
    for trusted in ([], ["--key", first], ["--key", keys()[1].statement["public"]]):
        assert check(trail, *trusted)["whole"]
    trail[2] = signed_by(Ed25519PrivateKey.generate(), trail[2])
    assert problem(check(trail))[0] == "forged"


def test_an_event_outside_the_chain_is_named(
    lines: Lines, check: Check, five: list[AuditEvent], tamper: Tamper
) -> None:
    event = record(Tag.SIGN_IN_FAILED)
    tamper("UPDATE {event} SET outcome = 'refused' WHERE id = %s", event.id)
    assert problem(check(exported())) == ("not-ours", None, event.id)


def test_an_event_gone_from_the_database_is_named(
    lines: Lines, check: Check, five: list[AuditEvent], tamper: Tamper
) -> None:
    tamper("DELETE FROM {event} WHERE id = %s", five[1].id)
    assert problem(check(exported())) == ("missing", 2, five[1].id)


def test_pieces_are_checked_one_after_the_other(lines: Lines, tmp_path: Path) -> None:
    first, second = tmp_path / "1.jsonl", tmp_path / "2.jsonl"
    end = {**lines[-1], "sequence": 3, "hash": lines[THIRD]["hash"]}
    head = {**lines[0], "since": "x", "before": {"sequence": 3, "hash": lines[THIRD]["hash"]}}
    first.write_text("".join(f"{json.dumps(line)}\n" for line in [*lines[:FOURTH], end]))
    second.write_text(
        "".join(f"{json.dumps(line)}\n" for line in [head, lines[1], *lines[FOURTH:]])
    )
    said = json.loads(run(first, second, "--json").stdout)
    assert (said["whole"], said["events"], said["last"]) == (True, 6, 6)
    assert json.loads(run(second, "--json").stdout)["first"] == 4
    said = json.loads(run(second, first, "--json").stdout)
    assert said["problem"]["kind"] == "missing"


@pytest.mark.parametrize("text", ["", "x", "[]", "{}", '{"type": "other"}\n', "\udce4"])
def test_what_is_no_export_is_not_called_whole(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x"
    path.write_text(text, errors="surrogateescape")
    assert run_here(path).returncode in (1, 2)
    assert run_here(tmp_path / "nothing").returncode == 2


def test_an_export_of_a_search_is_not_called_whole(five: list[AuditEvent], tmp_path: Path) -> None:
    path = tmp_path / "search.jsonl"
    lines = export(Format.JSONL, actor=None, filters={"tag": Tag.SIGN_IN_FAILED})
    path.write_text("".join(lines))
    said = run(path)
    assert said.returncode == 2
    assert "export is of a search" in said.stderr


@pytest.mark.turns
@pytest.mark.parametrize("secret", [1, 2, 3])
def test_its_ed25519_agrees_with_another(secret: int) -> None:
    scope: dict[str, Any] = {"__name__": "verifier"}
    exec(compile(SCRIPT.read_text(), str(SCRIPT), "exec"), scope)
    private = Ed25519PrivateKey.from_private_bytes(bytes([secret]) * 32)
    public, message = private.public_key().public_bytes_raw(), b"word" * secret
    signature = private.sign(message)
    assert scope["is_signed"](public, message, signature)
    assert not scope["is_signed"](public, message + b"!", signature)
    for place in range(64):
        changed = bytearray(signature)
        changed[place] ^= 1
        assert not scope["is_signed"](public, message, bytes(changed))
    order = scope["Q"].to_bytes(32, "little")
    beyond = (int.from_bytes(signature[32:], "little") + int.from_bytes(order, "little")).to_bytes(
        32, "little"
    )
    assert not scope["is_signed"](public, message, signature[:32] + beyond)
