"""Exports of the trail, or of an organization's part of it: asked for, watched, downloaded, deleted; each one's own."""

from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers, status
from rest_framework.request import Request

from accounts.access.permissions import Permission
from accounts.api.described import extend_schema
from accounts.api.resources import OrganizationResource, Resource, acted, listed, read, removed
from mago.audit.exporting import Format
from mago.audit.jobs.selectors import expires_at, export_for, exports_of
from mago.audit.jobs.services import delete_job, request_export
from mago.audit.models import AuditJob
from mago.core.keyset import Listing

from ..exports.downloads import file_of_trail
from .audit import EventFilters, OrganizationFilters


class ExportSerializer(serializers.Serializer[Any]):
    changing = ("state", "progress", "lines", "size", "error", "finished_at", "expires_at")

    id = serializers.UUIDField()
    state = serializers.CharField()
    format = serializers.CharField(source="question.format")
    filters = serializers.DictField(source="question.filters")
    progress = serializers.IntegerField(help_text="Events written so far.")
    size = serializers.SerializerMethodField(help_text="Bytes, once it is done.")
    error = serializers.CharField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.SerializerMethodField(help_text="When the file is deleted.")

    def get_size(self, job: AuditJob) -> int | None:
        return job.answer["bytes"] if job.answer else None

    def get_expires_at(self, job: AuditJob) -> str | None:
        moment = expires_at(job)
        return moment.isoformat() if moment else None


class ExportBody(EventFilters):
    """Without filters by anything but time, JSON Lines are a piece of the chain that can be checked elsewhere."""

    format = serializers.ChoiceField(choices=[one.value for one in Format])


class OrganizationExportBody(OrganizationFilters):
    format = serializers.ChoiceField(choices=[one.value for one in Format])


class _Ours(Resource):
    def organization_id(self) -> UUID | None:
        return None

    def row(self) -> AuditJob:
        return export_for(self.actor.pk, self.organization_id(), self.kwargs["export_id"])

    def found(self) -> Listing:
        found = exports_of(self.actor.pk, self.organization_id())
        return Listing((found,), key=("created_at", "id"))

    def ask(self, format: str, about: UUID | None = None, **filters: Any) -> AuditJob:
        if about is not None:
            filters["target"] = about
        return request_export(
            format=Format(format),
            filters=filters,
            actor=self.actor,
            organization_id=self.organization_id(),
        )


class _OfOrganization(OrganizationResource, _Ours):
    def organization_id(self) -> UUID | None:
        return self.organization.pk


_ASKED: dict[str, Any] = {
    "summary": "Ask for an export",
    "description": "A worker writes it. `409 still_running` while an earlier one of yours is not finished.",
    "code": status.HTTP_202_ACCEPTED,
}


class Exports(_Ours):
    access = Permission.AUDIT_EXPORT
    changes = {"POST": Permission.AUDIT_EXPORT}

    @listed(ExportSerializer, summary="Your exports of the audit trail, newest first")
    def get(self) -> Listing:
        return self.found()

    @acted(ExportBody, ExportSerializer, **_ASKED)
    def post(self, **data: Any) -> AuditJob:
        return self.ask(**data)


class OneExport(_Ours):
    access = Permission.AUDIT_EXPORT
    changes = {"DELETE": Permission.AUDIT_EXPORT}

    get = read(ExportSerializer, summary="One export")

    @removed(ExportSerializer, summary="Delete an export and its file")
    def delete(self, row: AuditJob) -> None:
        delete_job(row, actor=self.actor)


class OrganizationExports(_OfOrganization):
    access = Permission.AUDIT_EXPORT
    changes = {"POST": Permission.AUDIT_EXPORT}

    @listed(ExportSerializer, summary="Your exports of an organization's trail, newest first")
    def get(self) -> Listing:
        return self.found()

    @acted(OrganizationExportBody, ExportSerializer, **_ASKED)
    def post(self, **data: Any) -> AuditJob:
        return self.ask(**data)


class OrganizationExport(_OfOrganization):
    access = Permission.AUDIT_EXPORT
    changes = {"DELETE": Permission.AUDIT_EXPORT}

    get = read(ExportSerializer, summary="One export of an organization's trail")

    @removed(ExportSerializer, summary="Delete an export and its file")
    def delete(self, row: AuditJob) -> None:
        delete_job(row, actor=self.actor)


_FILE = extend_schema(
    summary="The file of an export",
    description="That it was taken is recorded. 404 while it is not done, and once it is deleted.",
    responses={
        (200, "application/jsonl"): OpenApiResponse(OpenApiTypes.BINARY),
        (200, "text/csv"): OpenApiResponse(OpenApiTypes.BINARY),
    },
)


class ExportFile(_Ours):
    access = Permission.AUDIT_EXPORT

    @_FILE
    def get(self, request: Request, **path: Any) -> HttpResponseBase:
        return _file(self)


class OrganizationExportFile(_OfOrganization):
    access = Permission.AUDIT_EXPORT

    @_FILE
    def get(self, request: Request, **path: Any) -> HttpResponseBase:
        return _file(self)


def _file(view: _Ours) -> FileResponse:
    return file_of_trail(view.row(), actor=view.actor)
