"""A stream, and what its receiver was sent."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from mago.audit.models import AuditStream, StreamKind
from mago.audit.streams import following
from mago.audit.streams.addresses import Place
from mago.audit.streams.connecting import ContentRefused, Step
from mago.audit.streams.services import create_stream

Batch = tuple[str, list[str]]


@pytest.fixture
def dora() -> SimpleNamespace:
    from mago.core.ids import new_id

    return SimpleNamespace(pk=new_id(), email="dora@example.com")


class Receiver:
    """Keeps what it is sent, or fails as it is told; or refuses what says a certain thing."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self.failure: Exception | None = None
        self.refuses: Callable[[str], bool] = lambda line: False
        self.asked = 0

    def __call__(self, place: Place, secret: str, name: str, lines: list[str]) -> None:
        self.asked += 1
        if self.failure:
            raise self.failure
        if any(self.refuses(line) for line in lines):
            raise ContentRefused(Step.ANSWER, "422 Unprocessable Entity")
        self.batches.append((name, lines))


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Receiver:
    receiver = Receiver()
    monkeypatch.setattr(following, "SENDERS", dict.fromkeys(StreamKind, receiver))
    return receiver


@pytest.fixture
def stream(db: None, dora: SimpleNamespace) -> Callable[..., AuditStream]:
    def make(**values: Any) -> AuditStream:
        values = {
            "name": "siem",
            "kind": StreamKind.WEBHOOK,
            "address": "https://siem.example.com/in/0123456789",
            "from_the_start": True,
        } | values
        return create_stream(actor=dora, **values)[0]

    return make
