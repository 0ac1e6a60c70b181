"""Promises mails, delivers all that wait as a worker would, and prints what that took as JSON."""

import json
import sys
import time
from typing import Any

import django


def main(count: int) -> None:
    django.setup()
    from mago.messaging.delivery import deliver_batch
    from mago.messaging.selectors import messages

    # A worker has long since read its templates; this process has not.
    enqueue(1)
    first = deliver_batch(1)
    statements = enqueue(count)
    promised = first + messages("waiting").count()
    wall, cpu = time.perf_counter(), time.process_time()
    while deliver_batch():
        pass
    figures = {
        "inserts": sum(statement.startswith("INSERT") for statement in statements),
        "sent": promised,
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
    }
    print(json.dumps(figures))


def enqueue(count: int) -> list[str]:
    """`count` more mails wait in the outbox; the statements that the last of them took."""
    from django.db import connection, transaction

    from mago.messaging.services import send_mail

    statements: list[str] = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        statements.append(sql)
        return execute(sql, *rest)

    for number in range(count):
        with transaction.atomic(), connection.execute_wrapper(note):
            statements.clear()
            send_mail(
                "signin/confirm_email",
                to=f"person-{number}@example.com",
                context={
                    "link": "https://example.com/accounts/confirm-email/x/",
                    "name": "Ada",
                },
            )
    return statements


if __name__ == "__main__":
    main(int(sys.argv[1]))
