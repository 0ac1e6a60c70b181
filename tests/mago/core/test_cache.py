"""What lies in the cache may be of a version before or after this one: processes are restarted one at a time."""

import pickle
from typing import Any

import pytest

from mago.core.cache import Cache


class Moved:
    """A class that this version has somewhere else."""


class Redis:
    """It holds what the other version has kept."""

    def __init__(self, held: bytes) -> None:
        self.held = held

    def get(self, _key: str) -> bytes:
        return self.held

    def mget(self, keys: list[str]) -> list[bytes]:
        return [self.held for _key in keys]


@pytest.mark.parametrize("place", [__name__, "tests.mago.core.nowhere"])
def test_what_another_version_has_kept_is_found_out_anew(
    place: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    kept = pickle.dumps((Moved(),), protocol=0).replace(__name__.encode(), place.encode())
    monkeypatch.delattr(f"{__name__}.Moved")
    cache: Any = Cache("redis://127.0.0.1:1", {})
    monkeypatch.setattr(cache._cache, "get_client", lambda *_key, **_how: Redis(kept))
    assert (cache.get("fleet"), cache.get_many(["fleet"])) == (None, {})
    assert "the cache cannot be asked" in caplog.text
