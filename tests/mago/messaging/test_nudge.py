"""Waking the worker."""

import logging
import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest

from mago.messaging import nudge as module
from mago.messaging import tasks
from mago.messaging.nudge import nudge


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What is handed to the broker, as it is when there is one."""
    calls: list[dict[str, Any]] = []
    lazy = SimpleNamespace(conf=SimpleNamespace(task_always_eager=False))
    monkeypatch.setattr(module, "current_app", lazy)
    monkeypatch.setattr(module, "_nudgers", {})
    monkeypatch.setattr(
        tasks.deliver_due,
        "apply_async",
        lambda *args, **options: calls.append(options | {"args": args}),
    )
    return calls


def soon(condition: Any) -> bool:
    end = time.monotonic() + 5
    while not condition() and time.monotonic() < end:
        time.sleep(0.005)
    return bool(condition())


def test_the_task_carries_nothing_that_could_be_secret(published: list[dict[str, Any]]) -> None:
    nudge()
    assert soon(lambda: published)
    assert published == [{"args": (), "retry": False}]


def test_many_commits_in_a_row_make_few_nudges(published: list[dict[str, Any]]) -> None:
    for _ in range(1000):
        nudge()
    assert soon(lambda: published)
    time.sleep(0.1)
    assert 1 <= len(published) <= 3


def test_a_commit_after_the_last_nudge_is_nudged_too(published: list[dict[str, Any]]) -> None:
    nudge()
    assert soon(lambda: len(published) == 1)
    nudge()
    assert soon(lambda: len(published) == 2)


def test_a_broker_that_hangs_delays_nobody(
    published: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()
    monkeypatch.setattr(tasks.deliver_due, "apply_async", lambda **options: gate.wait(10))
    start = time.monotonic()
    for _ in range(100):
        nudge()
    assert time.monotonic() - start < 1
    gate.set()


def test_a_broker_that_is_down_is_noted_and_tried_again(
    published: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    tries: list[int] = []

    def refuse(**options: Any) -> None:
        tries.append(1)
        raise ConnectionRefusedError("redis://:password@host refused")

    monkeypatch.setattr(tasks.deliver_due, "apply_async", refuse)
    caplog.set_level(logging.WARNING)
    nudge()
    assert soon(lambda: len(tries) == 1)
    nudge()
    assert soon(lambda: len(tries) == 2)
    assert soon(lambda: "ConnectionRefusedError" in caplog.text)
    assert "password" not in caplog.text


def test_a_process_that_was_forked_has_a_nudger_of_its_own(
    published: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    nudge()
    assert soon(lambda: published)
    # Its own alone: what the process counts in hangs on its number, too.
    monkeypatch.setattr(module, "os", SimpleNamespace(getpid=lambda: 1))
    nudge()
    assert soon(lambda: len(published) >= 2)
    assert len(module._nudgers) == 2
