"""Many rows of a list at once: a dry run, which is started, followed and taken back as any job (`jobs`)."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.access.guards import demand
from accounts.api.bodies import Body
from accounts.api.resources import created
from accounts.api.serializers import StringField
from accounts.organizations.models import Organization
from mago.core.errors import Refused
from mago.jobs.models import Job

from ..bulk import hubs, memberships, places, platform, programs
from ..bulk.rows import Rows, draft
from .common import OwnerResource
from .exports import OfOrganization
from .jobs import MOST_NAMED, BaseJobs, JobSerializer, at


class _RowsJobBody(Body):
    """To the rows that are named, or to all that the filters of the list find."""

    rows = serializers.ListField(
        child=serializers.UUIDField(), required=False, min_length=1, max_length=MOST_NAMED
    )
    filters = serializers.DictField(
        child=StringField(max_length=254), required=False, help_text="As of the list."
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if ("rows" in data) == ("filters" in data):
            words = _("Name rows, or give filters that find them.")
            raise serializers.ValidationError({"rows": [words]})
        return data


class _RowsJobs(BaseJobs):
    by_people = frozenset({"POST"})

    @property
    def whose(self) -> Organization | None:
        return None


def jobs_of(wanted: type[Rows], summary: str, *where: type[Any]) -> type[_RowsJobs]:
    """The resource that jobs about rows of one list are drafted at: of the platform, or of what `where` reads off the path."""
    name = f"{wanted.__name__}Job"
    kinds = list(wanted.works())
    example = {"kind": kinds[0], "rows": ["01a20316-43cb-7bea-bb8c-1c7bbd9fe824"]}
    body = type(
        f"{name}Body",
        (_RowsJobBody,),
        {
            "kind": serializers.ChoiceField(choices=kinds),
            "example": example,
            "__doc__": _RowsJobBody.__doc__,
            "__module__": __name__,
        },
    )

    def post(
        self: _RowsJobs,
        kind: str,
        rows: list[UUID] | None = None,
        filters: dict[str, str] | None = None,
    ) -> Job:
        of, work = wanted(self.actor, self.whose), wanted.works()[kind]
        if not work.is_offered(of.held):
            demand(self.request, work.permission, self.whose, within=wanted.within)
        found = of.named(rows) if rows else of.found(**_chosen(of, filters or {}))
        return draft(work, of, found)

    words = (
        "Each kind takes the permission that doing it to one of them takes. Nothing is done before "
        "the job is started; it is forgotten after a day."
    )
    asking = created(body, JobSerializer, at=at, summary=summary, description=words)(post)
    told = {
        "access": wanted.reads,
        "changes": {"POST": wanted.reads},
        "within": wanted.within,
        "post": asking,
        "__module__": __name__,
    }
    return type(f"{name}s", (*where, _RowsJobs), told)


def _chosen(rows: Rows, sent: dict[str, str]) -> dict[str, Any]:
    """What the filters are cleaned to; Refused, beside their names, where one is wrong or there is no such filter."""
    form = rows.form(sent)
    wrong = {name: [_("There is no such filter.")] for name in sent if name not in form.fields}
    if not form.is_valid():
        wrong |= {name: [str(word) for word in words] for name, words in form.errors.items()}
    if wrong:
        raise Refused(_("Nothing was drafted: a filter is wrong."), fields=wrong)
    return form.chosen


OrganizationJobs = jobs_of(
    places.Organizations, "A dry run of something done to many organizations"
)
MessageJobs = jobs_of(platform.Messages, "A dry run of trying many messages again")
LockdownJobs = jobs_of(platform.Lockdowns, "A dry run of lifting many lockdowns")
TokenJobs = jobs_of(programs.Tokens, "A dry run of revoking many API tokens")
AllHubJobs = jobs_of(hubs.AllHubs, "A dry run of something done to many hubs, of whatever fleet")
ApplicationJobs = jobs_of(
    programs.Applications, "A dry run of disabling or enabling many applications", OwnerResource
)
MemberJobs = jobs_of(memberships.Members, "A dry run of removing many members", OfOrganization)
BindingJobs = jobs_of(memberships.Bindings, "A dry run of taking many roles back", OfOrganization)
SiteJobs = jobs_of(places.Sites, "A dry run of removing many sites", OfOrganization)
DomainJobs = jobs_of(places.Domains, "A dry run of giving many domains up", OfOrganization)
ServiceAccountJobs = jobs_of(
    programs.ServiceAccounts,
    "A dry run of disabling or enabling many service accounts",
    OfOrganization,
)
OrganizationTokenJobs = jobs_of(
    programs.OrganizationTokens,
    "A dry run of revoking many API tokens of an organization",
    OfOrganization,
)
HubJobs = jobs_of(
    hubs.Hubs, "A dry run of something done to many hubs of an organization", OfOrganization
)
RoomJobs = jobs_of(hubs.Rooms, "A dry run of removing many rooms", OfOrganization)
HubGroupJobs = jobs_of(hubs.Groups, "A dry run of removing many groups of hubs", OfOrganization)
EnrolmentCodeJobs = jobs_of(
    hubs.Codes, "A dry run of revoking many enrolment codes", OfOrganization
)
HubTaskJobs = jobs_of(hubs.Tasks, "A dry run of cancelling many tasks of hubs", OfOrganization)
