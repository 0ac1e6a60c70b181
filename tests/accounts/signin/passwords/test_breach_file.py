"""The offline list of breached passwords."""

import hashlib
import json
import logging
import random
from collections.abc import Callable, Iterator
from io import BytesIO, StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.checks import registry
from django.core.management import CommandError, call_command
from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.signin.passwords import breach_source
from accounts.signin.passwords.breach import is_breached
from accounts.signin.passwords.breach_file import BreachFile, open_breach_file, write_breach_file
from accounts.signin.passwords.checks import breach_lookup_is_possible

STOLEN = ["giraffe lamp tundra", "trustno1", "пароль", "correct horse battery staple"]


def sha1(password: str) -> bytes:
    return hashlib.sha1(password.encode()).digest()


def start_messages() -> list[str | None]:
    return [message.id for message in breach_lookup_is_possible(None)]


def build(source: Path, output: Path, *options: str) -> dict[str, object]:
    out = StringIO()
    call_command("build_breach_file", str(source), str(output), *options, stdout=out)
    built: dict[str, object] = json.loads(out.getvalue())
    return built


@pytest.fixture
def ordered(tmp_path: Path) -> Path:
    """A download ordered by hash; every password was seen as often as its place in STOLEN says."""
    lines = sorted(f"{sha1(word).hex().upper()}:{times}" for times, word in enumerate(STOLEN, 1))
    path = tmp_path / "ordered.txt"
    path.write_text("\r\n".join(lines) + "\r\n", encoding="ascii")
    return path


@pytest.fixture
def listed(ordered: Path, tmp_path: Path) -> Iterator[Path]:
    build(ordered, tmp_path / "breached.bin")
    with override_settings(
        PASSWORD_BREACH_CHECK="file", PASSWORD_BREACH_FILE=str(tmp_path / "breached.bin")
    ):
        yield tmp_path / "breached.bin"


@pytest.mark.usefixtures("listed")
def test_what_is_on_the_list_is_refused(refusals: Callable[..., list[str]]) -> None:
    assert refusals("giraffe lamp tundra") == ["breached"]
    assert refusals("giraffe lamp tundra owl") == []
    assert all(is_breached(word) for word in STOLEN)


@pytest.mark.parametrize(
    "options", [{"PASSWORD_BREACH_CHECK": "off"}, {"PASSWORD_BREACH_FILE": ""}]
)
@pytest.mark.usefixtures("listed")
def test_without_a_list_nothing_is_breached(options: dict[str, str]) -> None:
    with override_settings(**options):
        assert is_breached("giraffe lamp tundra") is False


def test_the_command_says_what_it_built(ordered: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.bin"
    assert build(ordered, output, "--prefix-bytes", "8") == {
        "file": str(output),
        "count": 4,
        "prefix_bytes": 8,
        "bytes": 24 + 4 * 8,
        "false_positive_odds": 4 / 2**64,
    }


def test_rare_passwords_can_be_left_out(ordered: Path, tmp_path: Path) -> None:
    built = build(ordered, tmp_path / "out.bin", "--min-count", "3")
    assert built["count"] == 2
    file = open_breach_file(str(tmp_path / "out.bin"))
    assert [sha1(word) in file for word in STOLEN] == [False, False, True, True]


def test_plain_passwords_are_sorted_by_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breach_source, "CHUNK", 7)
    words = [f"word {number}" for number in range(100)]
    (tmp_path / "plain.txt").write_text(
        "\n".join([*words, "", *words, " padded "]), encoding="utf-8"
    )
    assert build(tmp_path / "plain.txt", tmp_path / "out.bin", "--plain")["count"] == 101
    file = open_breach_file(str(tmp_path / "out.bin"))
    assert all(sha1(word) in file for word in [*words, " padded "])
    assert sha1("padded") not in file
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.bin", "plain.txt"]


def test_a_list_may_come_through_a_pipe(
    ordered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=BytesIO(ordered.read_bytes())))
    assert build(Path("-"), tmp_path / "out.bin")["count"] == 4


def test_an_unordered_list_is_refused_and_the_old_file_stays(ordered: Path, listed: Path) -> None:
    before = listed.read_bytes()
    lines = ordered.read_text(encoding="ascii").split()
    ordered.write_text("\n".join(reversed(lines)), encoding="ascii")
    with pytest.raises(CommandError, match=r"comes after .* ordered by hash"):
        build(ordered, listed)
    assert listed.read_bytes() == before
    assert sorted(path.name for path in listed.parent.iterdir()) == ["breached.bin", "ordered.txt"]


@pytest.mark.parametrize(
    "line", ["hunter2", "ABCD:3", "0" * 40 + ":many", "é" * 40, "0" * 32 + ":1"]
)
def test_a_line_that_is_not_a_hash_is_named(line: str, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text(f"{'0' * 39}1:5\n{line}\n", encoding="utf-8")
    with pytest.raises(CommandError, match="line 2 is not of the form"):
        build(tmp_path / "list.txt", tmp_path / "out.bin")


def test_a_missing_list_or_folder_is_named(ordered: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        build(tmp_path / "nowhere.txt", tmp_path / "out.bin")
    with pytest.raises(CommandError, match="No such file"):
        build(ordered, tmp_path / "nowhere" / "out.bin")


def test_counts_and_plain_passwords_do_not_go_together(ordered: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="--min-count"):
        build(ordered, tmp_path / "out.bin", "--plain", "--min-count", "2")


@settings(deadline=None)
@given(
    st.sets(st.binary(min_size=20, max_size=20), max_size=200),
    st.binary(min_size=20, max_size=20),
    st.integers(4, 20),
)
def test_exactly_the_listed_prefixes_are_found(
    tmp_path_factory: pytest.TempPathFactory, hashes: set[bytes], other: bytes, size: int
) -> None:
    path = tmp_path_factory.mktemp("breach") / "list.bin"
    prefixes = sorted(each[:size] for each in hashes)
    assert write_breach_file(path, prefixes, size) == len(set(prefixes))
    file = BreachFile(path)
    assert all(each in file for each in hashes)
    assert (other in file) == (other[:size] in prefixes)


def test_false_positives_are_as_rare_as_said(tmp_path: Path) -> None:
    """With 4 bytes and 2^16 entries the odds are 1 in 65,536; of 20,000 others hardly one is taken for listed."""
    chance = random.Random(7)
    prefixes = sorted(chance.randbytes(4) for _ in range(2**16))
    write_breach_file(tmp_path / "list.bin", prefixes, 4)
    file = BreachFile(tmp_path / "list.bin")
    assert sum(chance.randbytes(20) in file for _ in range(20_000)) <= 3


def test_a_new_file_is_used_without_a_restart(listed: Path, tmp_path: Path) -> None:
    assert not is_breached("hunter2")
    (tmp_path / "plain.txt").write_text("hunter2\n", encoding="utf-8")
    build(tmp_path / "plain.txt", listed, "--plain")
    assert is_breached("hunter2")


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:-1],
        lambda data: data + b"\0",
        lambda data: b"NOTOURS!" + data[8:],
        lambda data: data[:8] + b"\x02" + data[9:],
    ],
)
def test_a_damaged_file_is_reported_and_the_check_skipped(
    damage: Callable[[bytes], bytes], listed: Path, caplog: pytest.LogCaptureFixture
) -> None:
    whole = listed.read_bytes()
    listed.unlink()
    listed.write_bytes(damage(whole))
    with caplog.at_level(logging.WARNING, "mago.passwords"):
        assert is_breached("giraffe lamp tundra") is False
        assert is_breached("giraffe lamp tundra") is False
    assert len(caplog.records) == 1
    assert start_messages() == ["mago.W010"]


def test_a_missing_file_is_reported_at_the_start(tmp_path: Path) -> None:
    with override_settings(PASSWORD_BREACH_FILE=str(tmp_path / "nowhere.bin")):
        assert start_messages() == ["mago.W010"]


@pytest.mark.usefixtures("listed")
def test_a_readable_file_is_no_reason_to_warn() -> None:
    assert start_messages() == []


@override_settings(PASSWORD_BREACH_FILE="")
def test_no_file_is_no_reason_to_warn() -> None:
    assert start_messages() == []


def test_the_start_asks() -> None:
    assert breach_lookup_is_possible in registry.registry.get_checks()
