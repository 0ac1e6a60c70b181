"""Tickets as CSV, and findings from one."""

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.utils.translation import gettext_lazy as _

from mago.core.csv_text import csv_of

from ..models import Source, Ticket
from ..severity import Severity
from .found import MOST, Found, Unreadable, fingerprint

# Their names and places stay: programs read the files. They tell what the export in the background does.
COLUMNS = (
    "key", "title", "source", "component", "severity", "score", "vector", "state", "reported", "due",
    "fixed", "verified", "release", "id", "state_since", "assignee", "closed", "accepted_until",
)  # fmt: skip
# What a finding may be told by; only the title must be.
TAKEN = ("title", "description", "component", "vector", "severity", "location")


def write(tickets: Iterable[Ticket]) -> Iterator[str]:
    """A line for the names, then one for each ticket."""
    yield from csv_of([COLUMNS])
    yield from csv_of(
        (
            ticket, ticket.title, ticket.source, ticket.component, ticket.severity, ticket.score,
            ticket.vector, ticket.state, ticket.created_at.isoformat(timespec="seconds"), ticket.due_on,
            ticket.fixed_at, ticket.verified_at, ticket.release, ticket.pk, ticket.state_since,
            ticket.assignee and ticket.assignee.email, ticket.closed_at, ticket.accepted_until,
        )
        for ticket in tickets
    )  # fmt: skip


def read(data: bytes, *, source: str = Source.PENETRATION_TEST) -> list[Found]:
    """The findings of a list whose first line names its columns; Unreadable where it has no title."""
    try:
        text = data.decode("utf-8-sig")
        head = text.partition("\n")[0]
        # As a spreadsheet writes it where numbers have a decimal comma.
        delimiter = ";" if ";" in head and "," not in head else ","
        rows = csv.DictReader(io.StringIO(text), strict=True, delimiter=delimiter)
        if "title" not in (rows.fieldnames or ()):
            raise Unreadable(_("The first line names no column “title”."))
        found = [_found(row, source) for row in islice(rows, MOST + 1)]
    except (UnicodeDecodeError, csv.Error):
        raise Unreadable(_("This is no CSV in UTF-8.")) from None
    if len(found) > MOST:
        raise Unreadable(_("These are more results than can be taken at once."))
    return found


def _found(row: dict[str, Any], source: str) -> Found:
    given = {name: (row.get(name) or "").strip() for name in TAKEN}
    severity = given["severity"].lower()
    found = Found(
        title=given["title"],
        tool="CSV",
        source=source,
        location=given["location"],
        description=given["description"],
        component=given["component"],
        vector=given["vector"],
        severity=severity if severity in Severity.values else Severity.UNRATED,
        fingerprint=fingerprint("csv", given["title"], given["component"], given["location"]),
    )
    if not given["title"]:
        found.errors.append(_("The title is missing."))
    if given["vector"] and not found.vector:
        found.errors.append(_("This is no vector of CVSS 3.1 or 4.0."))
    if severity and not found.vector and severity not in Severity.values:
        found.errors.append(_("The severity is critical, high, medium, low or none, or left out."))
    return found
