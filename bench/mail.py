"""A mail server that keeps nothing but the names of what it was given."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from typing import Any

from aiosmtpd.controller import Controller

from .server import free_port, run_module


@dataclass(frozen=True)
class Delivery:
    """`inserts` to promise one mail; `cpu` and `wall` seconds to deliver `sent`; `arrived` of them."""

    inserts: int
    cpu: float
    wall: float
    sent: int
    arrived: int


class Sink:
    def __init__(self) -> None:
        self.arrived: Counter[str] = Counter()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.arrived[BytesHeaderParser().parsebytes(envelope.content)["Message-ID"]] += 1
        return "250 OK"


@contextmanager
def listening(port: int) -> Iterator[Sink]:
    sink = Sink()
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()


def deliver(variables: dict[str, str], count: int) -> Delivery:
    """`count` mails, and those that wait already, go to a sink on the other core."""
    port = free_port()
    with listening(port) as sink:
        variables = {**variables, "EMAIL_URL": f"smtp://127.0.0.1:{port}?starttls=never"}
        figures = json.loads(run_module("bench.outbox", variables, str(count)))
    return Delivery(**figures, arrived=len(sink.arrived))
