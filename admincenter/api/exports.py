"""Lists as files: asked for beside each list, followed as a job, downloaded by whoever asked."""

from typing import Any, ClassVar

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request

from accounts.access.permissions import SENSITIVE
from accounts.access.step_up import demand_proof
from accounts.api.bodies import Body
from accounts.api.described import extend_schema
from accounts.api.resources import OrganizationResource, created
from accounts.api.serializers import StringField
from accounts.organizations.models import Organization
from mago.audit.exporting import Format
from mago.jobs.models import Job

from ..exports import lists
from ..exports.downloads import file_of
from ..exports.services import export_of, request_export
from ..exports.work import Export
from .common import OwnerResource
from .jobs import BaseJobs, JobSerializer, at


class ListExportBody(Body):
    example: ClassVar = {"format": "csv", "filters": {"state": "active"}}

    format = serializers.ChoiceField(choices=[one.value for one in Format])
    filters = serializers.DictField(
        child=StringField(max_length=254), required=False, help_text="As of the list."
    )


class _Exports(BaseJobs):
    by_people = frozenset({"POST"})

    @property
    def whose(self) -> Organization | None:
        return None


def _asked(wanted: type[Export], summary: str) -> Any:
    """The method that asks for an export of one list."""

    def post(self: _Exports, format: str, filters: dict[str, str] | None = None) -> Job:
        return request_export(
            wanted,
            format=Format(format),
            filters=filters or {},
            actor=self.actor,
            organization=self.whose,
        )

    words = (
        "A job writes the file, and tells until when it is there. `409 still_running` while an "
        "earlier one of yours is not finished."
    )
    return created(ListExportBody, JobSerializer, at=at, summary=summary, description=words)(post)


class PeopleExports(_Exports):
    access = lists.People.permission
    changes = {"POST": access}
    within = False
    post = _asked(lists.People, "Export people")


class SessionExports(_Exports):
    access = lists.Sessions.permission
    changes = {"POST": access}
    within = False
    post = _asked(lists.Sessions, "Export the browsers in which anybody is signed in")


class MessageExports(_Exports):
    access = lists.Messages.permission
    changes = {"POST": access}
    within = False
    post = _asked(lists.Messages, "Export mails and SMS, but for what they say")


class TokenExports(_Exports):
    access = lists.ApiTokens.permission
    changes = {"POST": access}
    within = False
    post = _asked(lists.ApiTokens, "Export the API tokens of all organizations")


class AllHubExports(_Exports):
    access = lists.AllHubs.permission
    changes = {"POST": access}
    post = _asked(lists.AllHubs, "Export the hubs that you may see")


class ApplicationExports(OwnerResource, _Exports):
    access = lists.Applications.permission
    changes = {"POST": access}
    within = False
    post = _asked(lists.Applications, "Export applications")


class _OfOrganization(OrganizationResource, _Exports):
    @property
    def whose(self) -> Organization:
        return self.organization


class HubExports(_OfOrganization):
    access = lists.Hubs.permission
    changes = {"POST": access}
    post = _asked(lists.Hubs, "Export the hubs of an organization")


class MemberExports(_OfOrganization):
    access = lists.Members.permission
    changes = {"POST": access}
    within = False
    post = _asked(lists.Members, "Export the members of an organization")


class JobFile(BaseJobs):
    @extend_schema(
        summary="The file of an export",
        description="That it was taken is recorded. 404 while it is not done, and after its time.",
        responses={
            (200, "application/jsonl"): OpenApiResponse(OpenApiTypes.BINARY),
            (200, "text/csv"): OpenApiResponse(OpenApiTypes.BINARY),
        },
    )
    def get(self, request: Request, **path: Any) -> HttpResponseBase:
        export = export_of(self.row())
        if export.permission in SENSITIVE:
            demand_proof()
        return file_of(export)
