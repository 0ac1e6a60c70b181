"""Findings of other tools come in, tickets go out."""

from typing import Any

from django.http import HttpResponseBase
from rest_framework import serializers
from rest_framework.request import Request

from accounts.access.permissions import Permission
from accounts.api.bodies import Body, RowField, asked
from accounts.api.files import file_response
from accounts.api.resources import acted
from mago.core.errors import Refused

from .. import exporting
from ..exchange.found import LARGEST
from ..models import Source
from ..selectors.penetration_tests import tests_of
from ..services.imports import OSV, Format, Outcome, import_findings, read_file, source_of
from .common import UPLOADS, ProgrammeResource
from .shapes import TicketFilters

SHOWN = 1000


class ImportFindingsBody(Body):
    """Sent as `multipart/form-data`. Unless `dry_run` is false nothing is written."""

    format = serializers.ChoiceField(
        choices=[*(one.value for one in Format), OSV], help_text="OSV is for the platform only."
    )
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=Source.values, required=False, default=Source.SCANNER.value
    )
    test = RowField(
        lambda view: tests_of(view.programme),
        required=False,
        help_text="The penetration test that found it.",
    )
    file = serializers.FileField(max_length=255)
    dry_run = serializers.BooleanField(required=False, default=True)


class ImportedFindingSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    title = serializers.CharField(source="found.title")
    outcome = serializers.ChoiceField(choices=[one.value for one in Outcome])
    ticket = serializers.CharField(allow_null=True, help_text="Its key.")
    errors = serializers.ListField(  # type: ignore[assignment]
        source="found.errors", child=serializers.CharField()
    )


class ImportedFindingsSerializer(serializers.Serializer[Any]):
    imported = serializers.BooleanField()
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="By outcome.")
    rows = ImportedFindingSerializer(many=True, help_text="The first thousand.")


class ImportFindings(ProgrammeResource):
    access = Permission.TICKETS_READ
    changes = {"POST": Permission.TICKETS_EDIT}
    parser_classes = UPLOADS

    @acted(
        ImportFindingsBody,
        ImportedFindingsSerializer,
        summary="A ticket for each new finding of a file, or what there would be",
    )
    def post(
        self, format: str, source: str, file: Any, dry_run: bool, test: Any = None
    ) -> dict[str, Any]:
        if file.size > LARGEST:
            raise Refused(code="too_large", fields={"file": ["10 MiB"]})
        found = read_file(self.programme, file.read(), format, source_of(test, source))
        rows = import_findings(
            programme=self.programme, found=found, actor=self.actor, dry_run=dry_run, test=test
        )
        counts = {one.value: sum(row.outcome == one for row in rows) for one in Outcome}
        return {"imported": not dry_run, "counts": counts, "rows": rows[:SHOWN]}


class ExportQuery(TicketFilters):
    # The framework would take `format` for itself.
    type = serializers.ChoiceField(
        choices=exporting.FORMATS, required=False, default=exporting.FORMATS[0]
    )


class ExportTickets(ProgrammeResource):
    access = Permission.TICKETS_READ

    @file_response(
        "text/csv",
        "application/sarif+json",
        summary="The tickets that the filters find, as a file",
        description="The newest 10,000 at most. That it was taken is recorded.",
        parameters=[ExportQuery],
    )
    def get(self, request: Request, **path: Any) -> HttpResponseBase:
        chosen = asked(ExportQuery, request, self)
        format = chosen.pop("type")
        return exporting.download(self.programme, chosen, format, actor=self.actor)
