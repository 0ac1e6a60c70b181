"""The key ring: made at the first start, kept for us alone, and refused where it is weak."""

import os
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from mago.settings import secret


def test_a_secret_is_made_once_and_is_for_us_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("MAGO_SECRET_KEY", raising=False)
    monkeypatch.delenv("MAGO_SECRET_KEY_FILE", raising=False)
    (key,) = secret.secret_keys(tmp_path)
    assert len(key) >= 50
    assert secret.secret_keys(tmp_path) == [key]
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff" * 64, None])
def test_a_key_ring_that_cannot_be_read_stops_the_start_and_stays_as_it_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
) -> None:
    """A new one in its place would leave all that was sealed closed for ever."""
    monkeypatch.delenv("MAGO_SECRET_KEY", raising=False)
    kept = tmp_path / "secret.key"
    if content is None:
        kept.mkdir()
    else:
        kept.write_bytes(content)
    with pytest.raises(ImproperlyConfigured, match=r"^MAGO_DATA_DIR (has an empty|cannot be used)"):
        secret.secret_keys(tmp_path)
    assert kept.is_dir() or kept.read_bytes() == content
    assert list(tmp_path.iterdir()) == [kept]


def test_processes_that_start_at_once_have_one_key(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each has found no file; the second is done with it before the first is."""
    monkeypatch.delenv("MAGO_SECRET_KEY", raising=False)
    other: list[list[str]] = []
    synced = os.fsync

    def meanwhile(number: int) -> None:
        synced(number)
        if not other:
            other.append([])
            other[0] = secret.secret_keys(tmp_path)

    monkeypatch.setattr(os, "fsync", meanwhile)
    assert secret.secret_keys(tmp_path) == other[0]
    assert len(other[0]) == 1


@pytest.mark.parametrize(
    "weak",
    [
        "short",
        "a" * 64,
        "django-insecure-0123456789abcdefghijklmnop",
        "ChangeMe-0123456789abcdefghijklmnop",
    ],
)
def test_a_weak_secret_is_refused_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, weak: str
) -> None:
    monkeypatch.delenv("MAGO_SECRET_KEY_FILE", raising=False)
    monkeypatch.setenv("MAGO_SECRET_KEY", weak)
    with pytest.raises(
        ImproperlyConfigured, match=r"^MAGO_SECRET_KEY is weak\. Make one"
    ) as refused:
        secret.secret_keys(tmp_path)
    assert weak not in str(refused.value)


def test_several_keys_are_a_ring_newest_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keys = ["first-0123456789-abcdefghijklmnopqrs", "second-0123456789-abcdefghijklmnopqr"]
    monkeypatch.delenv("MAGO_SECRET_KEY_FILE", raising=False)
    monkeypatch.setenv("MAGO_SECRET_KEY", "\n".join(keys))
    assert secret.secret_keys(tmp_path) == keys
