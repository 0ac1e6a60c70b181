"""Several workers at once, on a database that they really share."""

import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from mago.messaging.delivery import deliver_batch
from mago.messaging.gateways.base import Letter
from mago.messaging.models import Message, Status
from mago.messaging.services import send_mail
from tests.running import migrated

from .conftest import deliver_all

WORKERS, MAILS = 4, 120


@pytest.fixture
def shared_database(
    django_db_setup: None, django_db_blocker: Any, tmp_path: Path
) -> Iterator[None]:
    """On SQLite a file of its own: a database in memory has no locks that one could wait for."""
    settings = connections.settings["default"]
    usual = settings["NAME"]
    with django_db_blocker.unblock():
        if connection.vendor == "sqlite":
            ours = connections["default"]
            del connections["default"]
            settings["NAME"] = str(tmp_path / "shared.sqlite3")
            shutil.copy(migrated(), settings["NAME"])
        yield
        Message.objects.all().delete()
        if connection.vendor == "sqlite":
            connection.close()
            connections["default"] = ours
            settings["NAME"] = usual


def at_once(work: Any) -> list[Exception]:
    """Runs `work` in several threads; what went wrong in them."""
    gate, errors = threading.Barrier(WORKERS), list[Exception]()

    def run() -> None:
        gate.wait()
        try:
            with closing(connection):
                work()
        except Exception as error:  # noqa: BLE001  (the test looks at it)
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


@pytest.mark.slow
def test_workers_that_work_at_once_deliver_each_mail_once(
    shared_database: None, sent: list[Letter]
) -> None:
    for number in range(MAILS):
        send_mail("signin/confirm_email", to=f"ada{number}@example.com", context={"link": "x"})

    def work() -> None:
        while deliver_batch(limit=10):
            pass

    assert at_once(work) == []
    assert len(sent) == MAILS
    assert set(Counter(letter.to for letter in sent).values()) == {1}
    assert set(Message.objects.values_list("status", flat=True)) == {Status.SENT}


@pytest.mark.slow
def test_nothing_is_refused_while_others_deliver(shared_database: None, sent: list[Letter]) -> None:
    def work() -> None:
        for number in range(20):
            send_mail("signin/confirm_email", to=f"{number}@example.com", context={"link": "x"})
            deliver_batch(limit=5)

    assert at_once(work) == []
    deliver_all()
    assert len(sent) == WORKERS * 20
