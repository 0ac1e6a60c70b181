"""Small statements that belong together are written together or not at all, also past Django."""

import pytest
from django.db import connection

from hubs.models import UsedExchange
from mago.core.sql import Statement, in_one_commit

_USE = Statement(f"INSERT INTO {UsedExchange._meta.db_table} (id, expires_at) VALUES (%s, 0)")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="for SQLite")
def test_what_breaks_in_the_middle_leaves_nothing_behind() -> None:
    def break_off() -> None:
        _USE.run(["a"])
        raise LookupError

    with pytest.raises(LookupError):
        in_one_commit(break_off)
    assert not UsedExchange.objects.exists()
    in_one_commit(lambda: _USE.run(["b"]))
    assert connection.connection.in_transaction is False
    assert UsedExchange.objects.get().pk == "b"
