"""Tickets as a file for other tools."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.http import HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.utils import timezone

from mago.audit.services import record
from mago.audit.tags import Tag

from .exchange import sarif, table
from .models import Programme
from .selectors.tickets import tickets_that_match

MOST = 10_000
FORMATS = ("csv", "sarif")


def download(
    programme: Programme, filters: dict[str, Any], format: str, *, actor: Any
) -> HttpResponseBase:
    """The tickets that the filters find, the newest first and MOST at most, to be saved; that somebody took them is recorded."""
    found = tickets_that_match(programme, **filters).select_related("release", "assignee")
    rows = found.order_by("-created_at", "-id")[:MOST]
    record(
        Tag.FINDINGS_EXPORTED,
        actor=actor,
        target=programme,
        organization_id=programme.organization_id,
        format=format,
        filters={name: str(value) for name, value in filters.items()},
    )
    response: HttpResponseBase
    if format == "sarif":
        document = sarif.write(rows, version="1", base_url=settings.MAGO_BASE_URL)
        response = JsonResponse(document, content_type="application/sarif+json")
    else:
        lines: Iterator[str] = table.write(rows.iterator(1000))
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"tickets-{programme.slug.strip('_')}-{timezone.now():%Y-%m-%d}.{format}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
