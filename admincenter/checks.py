"""Searches that could find more than they do are told of, by `manage.py check --database default`."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import Tags, Warning, register
from django.db import connections

from mago.core.trigram_tables import can_make, indexed

from .searched import ALL

PROBLEM = "Searches of the admin center find by how a text begins only: the database has no index of trigrams."
HINT = (
    "On PostgreSQL, install its extension pg_trgm (of the package postgresql-contrib), have an administrator of the"
    " database run CREATE EXTENSION pg_trgm in it, and run manage.py migrate. On SQLite, use a Python whose SQLite"
    " has FTS5 and is of version 3.34 or newer."
)


@register(Tags.database)
def searches_have_their_index(databases: Sequence[str] | None, **kwargs: Any) -> list[Warning]:
    """Of what a migration will make by itself nothing is said."""
    told = Warning(PROBLEM, hint=HINT, id="admincenter.W001")
    wanted = {one.table.name for one in ALL}
    missing = [name for name in databases or () if wanted - indexed(connections[name])]
    return [told for name in missing if not can_make(connections[name])]
