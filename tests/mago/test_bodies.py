"""Slow bodies hold up few threads."""

import io
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from mago.core import bodies
from mago.core.bodies import ALL, EACH, SMALL, bounded

pytestmark = pytest.mark.one_database


@pytest.fixture(autouse=True)
def _nothing_is_under_way() -> Iterator[None]:
    yield
    assert not bodies._unfinished, "what was counted was not given back"


class Waiting:
    """Asks over and over while it waits for a body: of `size` bytes, which come four at a time, or never."""

    def __init__(self, *, size: int = 4, in_parts: bool = True) -> None:
        self.size, self.in_parts = size, in_parts
        self.told, self.depth = list[str](), 0
        self.seen = list[bytes]()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if not self.in_parts:
            self.go_on(environ)
        self.seen.append(environ["wsgi.input"].read(self.size))
        start_response("200 OK", [])
        return []

    def go_on(self, environ: dict[str, Any]) -> None:
        if self.depth:
            self.depth -= 1
            list(self.ask(environ["next"]))

    def ask(self, senders: Iterator[str], **more: str) -> Iterable[bytes]:
        sent = {"CONTENT_LENGTH": str(self.size), "sender": next(senders), "next": senders, **more}
        application = bounded(self, lambda environ: environ["sender"])
        return application(
            {**sent, "wsgi.input": Source(self, sent)},
            lambda status, _: self.told.append(status[:3]),
        )


class Source(io.BytesIO):
    def __init__(self, waiting: Waiting, environ: dict[str, Any]) -> None:
        super().__init__(b"1234" * (waiting.size // 4))
        self.waiting, self.environ = waiting, environ

    def read(self, size: int | None = -1) -> bytes:
        if self.waiting.in_parts:
            self.waiting.go_on(self.environ)
        return super().read(4)


def always(*senders: str) -> Iterator[str]:
    while True:
        yield from senders


@pytest.mark.parametrize(
    ("size", "more"),
    [(4, {}), (SMALL + 4, {}), (4, {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"})],
)
def test_one_sender_holds_up_few_threads_with_bodies_that_do_not_come(
    size: int, more: dict[str, str]
) -> None:
    waiting = Waiting(size=size)
    waiting.depth = EACH
    list(waiting.ask(always("a"), **more))
    assert waiting.told == ["503", *["200"] * EACH]


def test_a_house_with_many_addresses_is_one_sender() -> None:
    """Whoever has a /64 of IPv6 would otherwise be as many senders as they like, and shut everybody out."""
    waiting = Waiting()
    waiting.depth = EACH
    list(waiting.ask(always(*(f"2001:db8::{number:x}" for number in range(1, EACH + 2)))))
    assert waiting.told == ["503", *["200"] * EACH]


def test_all_senders_together_leave_threads_for_who_sends_none() -> None:
    waiting = Waiting()
    waiting.depth = ALL
    list(waiting.ask(always(*(f"192.0.2.{number}" for number in range(ALL + 1)))))
    assert waiting.told == ["503", *["200"] * ALL]


def test_what_we_do_with_a_body_that_has_come_counts_no_longer_and_none_is_not_counted() -> None:
    waiting = Waiting(size=12, in_parts=False)
    waiting.depth = 3 * ALL
    list(waiting.ask(always("a")))
    assert set(waiting.told) == {"200"}
    assert set(waiting.seen) == {b"123412341234"}
    waiting = Waiting()
    list(waiting.ask(always("a"), CONTENT_LENGTH="0"))
    assert waiting.told == ["200"]


def test_a_client_that_goes_away_leaves_what_it_sent() -> None:
    waiting = Waiting(size=8, in_parts=False)
    list(waiting.ask(always("a"), CONTENT_LENGTH="100"))
    assert waiting.seen == [b"12341234"]
