"""Variables that nobody else sees."""

import pytest

from mago.settings import env


@pytest.fixture(autouse=True)
def _declarations_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(env, "DECLARED", dict(env.DECLARED))


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.delenv("X", raising=False)
    monkeypatch.delenv("X_FILE", raising=False)
    return monkeypatch
