"""Slow bodies hold up few threads."""

import io
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from mago.core import bodies
from mago.core.bodies import ALL, EACH, bounded

pytestmark = pytest.mark.one_database


@pytest.fixture(autouse=True)
def _nothing_is_under_way() -> Iterator[None]:
    yield
    assert not bodies._unfinished, "what was counted was not given back"


class Waiting:
    """Asks over and over from inside the application, as threads do that wait for a body."""

    def __init__(self, *, reads: bool) -> None:
        self.reads, self.told, self.depth = reads, list[str](), 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if self.reads:
            while environ["wsgi.input"].read(2):
                pass
        if self.depth:
            self.depth -= 1
            list(self.ask(environ["next"]))
        start_response("200 OK", [])
        return []

    def ask(self, senders: Iterator[str], **more: str) -> Iterable[bytes]:
        sent = {"CONTENT_LENGTH": "4", "sender": next(senders), "next": senders, **more}
        application = bounded(self, lambda environ: environ["sender"])
        return application(
            {**sent, "wsgi.input": io.BytesIO(b"1234")},
            lambda status, _: self.told.append(status[:3]),
        )


def always(*senders: str) -> Iterator[str]:
    while True:
        yield from senders


@pytest.mark.parametrize("more", [{}, {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}])
def test_one_sender_holds_up_few_threads_with_bodies_that_do_not_come(more: dict[str, str]) -> None:
    waiting = Waiting(reads=False)
    waiting.depth = EACH
    list(waiting.ask(always("a"), **more))
    assert waiting.told == ["503", *["200"] * EACH]


def test_a_house_with_many_addresses_is_one_sender() -> None:
    """Whoever has a /64 of IPv6 would otherwise be as many senders as they like, and shut everybody out."""
    waiting = Waiting(reads=False)
    waiting.depth = EACH
    list(waiting.ask(always(*(f"2001:db8::{number:x}" for number in range(1, EACH + 2)))))
    assert waiting.told == ["503", *["200"] * EACH]


def test_all_senders_together_leave_threads_for_who_sends_none() -> None:
    waiting = Waiting(reads=False)
    waiting.depth = ALL
    list(waiting.ask(always(*(f"192.0.2.{number}" for number in range(ALL + 1)))))
    assert waiting.told == ["503", *["200"] * ALL]


def test_a_body_that_was_read_counts_no_longer_and_none_is_not_counted() -> None:
    waiting = Waiting(reads=True)
    waiting.depth = 3 * ALL
    list(waiting.ask(always("a")))
    assert set(waiting.told) == {"200"}
    waiting = Waiting(reads=False)
    waiting.depth = 0
    list(waiting.ask(always("a"), CONTENT_LENGTH="0"))
    assert waiting.told == ["200"]
