"""Many requests at one moment, each with a connection of its own to a real database."""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest
from django.core.handlers.base import BaseHandler
from django.db import connection, connections
from django.http import HttpResponse
from django.test import RequestFactory

THREADS = 8
T = TypeVar("T")


@pytest.fixture
def real_database(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """PostgreSQL as it is; SQLite as a file, as one in memory locks tables where a file would wait."""
    if connection.vendor != "sqlite" or not connection.is_in_memory_db():
        yield
        return
    before = connections["default"]
    # The very dictionary from which each thread opens its connection.
    settings = before.settings_dict
    name, file = settings["NAME"], tmp_path / "race.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(file)])
    settings["NAME"] = str(file)
    del connections["default"]
    try:
        yield
    finally:
        connections["default"].close()
        settings["NAME"] = name
        connections["default"] = before


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
