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

from ..exports import lists, set_up
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


def exports_of(wanted: type[Export], summary: str, *where: type[Any]) -> type[_Exports]:
    """The resource that exports of one list are asked for at: of the platform, or of what `where` reads off the path."""
    told = {
        "access": wanted.permission,
        "changes": {"POST": wanted.permission},
        "within": wanted.within,
        "post": _asked(wanted, summary),
        "__module__": __name__,
    }
    return type(f"{wanted.__name__}Exports", (*where, _Exports), told)


class OfOrganization(OrganizationResource):
    @property
    def whose(self) -> Organization:
        return self.organization


PeopleExports = exports_of(lists.People, "Export people")
SessionExports = exports_of(lists.Sessions, "Export the browsers in which anybody is signed in")
MessageExports = exports_of(lists.Messages, "Export mails and SMS, but for what they say")
TokenExports = exports_of(lists.ApiTokens, "Export the API tokens of all organizations")
AllHubExports = exports_of(lists.AllHubs, "Export the hubs that you may see")
OrganizationExports = exports_of(lists.Organizations, "Export the organizations that you may see")
AdministratorExports = exports_of(lists.Administrators, "Export who administers the platform")
LockdownExports = exports_of(lists.Lockdowns, "Export lockdowns")
ApplicationExports = exports_of(lists.Applications, "Export applications", OwnerResource)
HubExports = exports_of(lists.Hubs, "Export the hubs of an organization", OfOrganization)
HubTaskExports = exports_of(
    lists.HubTasks, "Export what the hubs of an organization were asked to do", OfOrganization
)
MemberExports = exports_of(lists.Members, "Export the members of an organization", OfOrganization)
BindingExports = exports_of(
    lists.Bindings, "Export who holds which role in an organization", OfOrganization
)
ServiceAccountExports = exports_of(
    lists.ServiceAccounts, "Export the service accounts of an organization", OfOrganization
)
CertificateExports = exports_of(set_up.Certificates, "Export what was seen of certificates")
AllIdentityProviderExports = exports_of(
    set_up.AllIdentityProviders, "Export the identity providers that you may see"
)
IdentityProviderExports = exports_of(
    set_up.IdentityProviders, "Export the identity providers of an organization", OfOrganization
)
PolicyExports = exports_of(set_up.Policies, "Export sign-in policies", OwnerResource)
SiteExports = exports_of(set_up.Sites, "Export the sites that you may see", OfOrganization)
RoomExports = exports_of(set_up.Rooms, "Export the rooms that you may see", OfOrganization)
HubGroupExports = exports_of(
    set_up.HubGroups, "Export the groups of hubs of an organization", OfOrganization
)
EnrolmentCodeExports = exports_of(
    set_up.EnrolmentCodes, "Export the enrolment codes that are open", OfOrganization
)
RoleExports = exports_of(set_up.Roles, "Export the roles that an organization made", OfOrganization)
ConditionExports = exports_of(
    set_up.Conditions, "Export the conditions of an organization", OfOrganization
)
DomainExports = exports_of(
    set_up.Domains, "Export the domains that an organization claims", OfOrganization
)
OrganizationTokenExports = exports_of(
    set_up.Tokens, "Export the API tokens of an organization", OfOrganization
)


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
