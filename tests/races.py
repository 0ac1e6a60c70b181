"""Many requests at one moment, each with a connection of its own to a real database."""

import gc
import json
import multiprocessing
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, TypeVar

import pytest
from django.core.handlers.base import BaseHandler
from django.db import connection, connections
from django.http import HttpResponse
from django.test import RequestFactory

from tests.turns import EXHAUSTIVE

THREADS = 8
# Each copies what it touches of the suite's memory, which takes half a second.
PROCESSES = 8 if EXHAUSTIVE else 2
T = TypeVar("T")


@pytest.fixture
def real_database(transactional_db: None) -> None:
    """Of the suite's databases each is one that threads can share: SQLite's is a file, not in memory."""


def at_once(work: Callable[[int], T], times: int = THREADS) -> list[T]:
    """`work(0)`, `work(1)`, … begun in the same moment by a thread each; an exception is raised here."""
    start = threading.Barrier(times)

    def run(number: int) -> T:
        try:
            connection.ensure_connection()
            start.wait(20)
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return [future.result(60) for future in [pool.submit(run, n) for n in range(times)]]


def in_processes(work: Callable[[int], T], times: int = PROCESSES) -> list[T]:
    """As `at_once`, each in a process of its own that shares nothing with the others but the database.

    They are forked from this one, so that each begins as a server's worker does that has been there for a while.
    """
    _handler()  # Once, and not by each child.
    connections.close_all()  # Or a child would end the parent's connection.
    forked = multiprocessing.get_context("fork")
    start, answers = forked.Barrier(times), forked.SimpleQueue()

    def run(number: int) -> None:
        gc.disable()  # It would copy each page of memory that it looks at: after a thousand tests, for seconds.
        connection.ensure_connection()
        start.wait(20)
        answers.put((number, work(number)))
        connections.close_all()

    children = [forked.Process(target=run, args=(number,)) for number in range(times)]
    with warnings.catch_warnings():
        # Newer Pythons warn of threads at a fork; those of a test do not hold locks that `run` takes.
        warnings.simplefilter("ignore", DeprecationWarning)
        for child in children:
            child.start()
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0] * times
    return [answer for _number, answer in sorted(answers.get() for _child in children)]


@cache
def _handler() -> BaseHandler:
    handler = BaseHandler()
    handler.load_middleware()
    return handler


def post(path: str, fields: dict[str, str], **headers: Any) -> HttpResponse:
    """The answer to a form, through all of the middleware. Django's test client is not for threads."""
    return _answer(RequestFactory(**headers).post(path, fields))


def post_json(path: str, body: dict[str, Any]) -> HttpResponse:
    return _answer(RequestFactory().post(path, json.dumps(body), content_type="application/json"))


def _answer(request: Any) -> HttpResponse:
    request._dont_enforce_csrf_checks = True
    return _handler().get_response(request)  # type: ignore[return-value]
