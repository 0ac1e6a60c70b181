"""Before anything is touched, a backup has to be whole, of this code, for this key, and wanted."""

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.migrations.recorder import MigrationRecorder

from mago.backup import load
from mago.backup.container import BadFile
from mago.backup.load import CannotRestore, restore
from mago.core.crypto import key_ids

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

Lines = Callable[..., Callable[[], Iterator[bytes]]]


@pytest.fixture(autouse=True)
def _nothing_is_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    def touched() -> None:
        raise AssertionError("the database was touched")

    monkeypatch.setattr(load, "_wipe", touched)


@pytest.fixture
def lines() -> Lines:
    """A small backup of this very code; tests change what its head and its end say."""
    migrations = [
        list(row) for row in MigrationRecorder.Migration.objects.values_list("app", "name")
    ]

    def make(*, end: Any = None, more: tuple[Any, ...] = (), **head: Any) -> Any:
        whole = {"format": 2, "made": "now", "keys": key_ids(), "migrations": migrations} | head
        content = [
            whole,
            {"table": "t", "columns": [["a", "plain"]]},
            [1],
            {"end": {"t": 1} if end is None else end},
            *more,
        ]
        return lambda: iter([json.dumps(line).encode() for line in content])

    return make


def test_what_is_there_is_not_overwritten_unasked(lines: Lines, alice: Any) -> None:
    with pytest.raises(CannotRestore, match="--force"):
        restore(lines(), force=False)
    with pytest.raises(AssertionError, match="touched"):
        restore(lines(), force=True)


@pytest.mark.parametrize(
    "wrong",
    [{"end": {"t": 2}}, {"end": {}}, {"more": ([2],)}, {"format": 1}],
)
def test_a_file_that_does_not_hold_what_it_says_is_refused(lines: Lines, wrong: Any) -> None:
    with pytest.raises(BadFile):
        restore(lines(**wrong), force=True)


def test_a_backup_of_a_newer_version_is_refused(lines: Lines) -> None:
    with pytest.raises(CannotRestore, match="newer"):
        restore(lines(migrations=[["accounts", "9999_from_tomorrow"]]), force=True)


def test_without_the_key_of_what_is_sealed_nothing_is_restored(lines: Lines) -> None:
    with pytest.raises(CannotRestore, match="key"):
        restore(lines(keys=["00000000"]), force=True)


def test_a_short_secret_makes_no_backup_and_is_not_repeated(tmp_path: Path) -> None:
    short = tmp_path / "short"
    short.write_text("hunter2")
    with pytest.raises(CommandError, match="20 characters") as refused:
        call_command("backup", str(tmp_path / "b"), key_file=short, stdout=io.StringIO())
    assert "hunter2" not in str(refused.value)
    assert not (tmp_path / "b").exists()


def test_a_backup_overwrites_no_other(tmp_path: Path, settings: Any) -> None:
    settings.BACKUP_SECRET = "a secret that is long enough"
    (tmp_path / "b").write_text("the one of yesterday")
    with pytest.raises(CommandError, match="there already"):
        call_command("backup", str(tmp_path / "b"), stdout=io.StringIO())
    assert (tmp_path / "b").read_text() == "the one of yesterday"


def test_what_is_no_backup_changes_nothing(tmp_path: Path, settings: Any) -> None:
    settings.BACKUP_SECRET = "a secret that is long enough"
    (tmp_path / "b").write_bytes(b"PK")
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("restore", str(tmp_path / "b"), force=True, stdout=io.StringIO())
