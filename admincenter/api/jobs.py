"""Background jobs of one's own: drafted, looked at, started, followed, taken back."""

from typing import Any, ClassVar
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.access.permissions import Permission
from accounts.access.roles import RoleName
from accounts.api.bodies import Body, PageQuery, ReasonBody
from accounts.api.resources import OrganizationResource, Resource, acted, created, listed, read
from accounts.api.serializers import StringField, TextField
from mago.core.keyset import Listing
from mago.jobs import services
from mago.jobs.kinds import work_class
from mago.jobs.models import Job, Outcome, State
from mago.jobs.selectors import count_outcomes, job_for

from ..bulk import members
from ..bulk.people import People
from ..bulk.rows import draft
from ..bulk.sessions import End, Sessions
from ..columns import columns_of
from ..exports.services import standing_of
from ..lists import LARGEST_LIST
from ..selectors.jobs import find_items, find_jobs
from .common import BuiltInRoleField
from .people import PeopleFilters

MOST_NAMED = 1000


def at(job: Job) -> str:
    return reverse("api-job", args=[job.pk])


class ExportStandingSerializer(serializers.Serializer[Any]):
    rows = serializers.IntegerField(help_text="Written so far.")
    size = serializers.IntegerField(help_text="Bytes.")
    cut = serializers.BooleanField(help_text="There were more rows than an export takes.")
    expires_at = serializers.DateTimeField(
        allow_null=True, help_text="When the file is deleted, once it can be downloaded."
    )


class JobSerializer(serializers.Serializer[Any]):
    """A draft is a dry run: what it would do stands in its items."""

    example: ClassVar = {"kind": "people.disable", "title": "Disable people", "state": "draft"}

    changing = ("state", "waiting", "done", "refused", "finished_at", "export")

    id = serializers.UUIDField()
    kind = serializers.CharField()
    title = serializers.SerializerMethodField(help_text="In your language.")
    state = serializers.ChoiceField(choices=State.values)
    organization = serializers.UUIDField(source="organization_id", allow_null=True)
    total = serializers.IntegerField()
    waiting = serializers.IntegerField(help_text="Of the items; for a draft those that would be")
    done = serializers.IntegerField(help_text="done.")
    refused = serializers.IntegerField(help_text="Not done; each item says why.")
    undoes = serializers.UUIDField(
        source="undoes_id", allow_null=True, help_text="The job that this one takes back."
    )
    can_be_undone = serializers.SerializerMethodField(help_text="Once it has ended.")
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    export = serializers.SerializerMethodField(help_text="Of a list, where the job is one.")

    def get_title(self, job: Job) -> str:
        return str(work_class(job.kind).title)

    def get_can_be_undone(self, job: Job) -> bool:
        return bool(work_class(job.kind).undone_by)

    @extend_schema_field(ExportStandingSerializer(allow_null=True))
    def get_export(self, job: Job) -> Any:
        standing = standing_of(job)
        return standing and ExportStandingSerializer(standing).data


class ItemSerializer(serializers.Serializer[Any]):
    example: ClassVar = {"label": "ada@example.com", "message": ""}

    number = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]
    outcome = serializers.ChoiceField(choices=Outcome.values)
    message = serializers.CharField(help_text="Why it was not done, or would not be.")


class ItemQuery(PageQuery):
    outcome = serializers.ChoiceField(choices=Outcome.values, required=False)


class PeopleJobBody(Body):
    """To the people who are named, or to all whom the filters find."""

    example: ClassVar = {
        "kind": "people.disable",
        "people": ["01a20316-43cb-7bea-bb8c-1c7bbd9fe824"],
    }

    kind = serializers.ChoiceField(choices=sorted(People.works()))
    people = serializers.ListField(
        child=serializers.UUIDField(), required=False, min_length=1, max_length=MOST_NAMED
    )
    filters = PeopleFilters(required=False)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if ("people" in data) == ("filters" in data):
            words = _("Name people, or give filters that find them.")
            raise serializers.ValidationError({"people": [words]})
        return data


class SessionJobBody(Body):
    sessions = serializers.ListField(
        child=serializers.UUIDField(), min_length=1, max_length=MOST_NAMED
    )


class ColumnsBody(Body):
    """The name of the column that says each of these."""

    email = TextField(max_length=200)
    role = TextField(max_length=200, required=False, allow_blank=True)
    site = TextField(max_length=200, required=False, allow_blank=True)


class ImportMembersBody(Body):
    text = StringField(
        max_length=LARGEST_LIST,
        trim_whitespace=False,
        help_text="Comma-separated values; the first line names the columns.",
    )
    columns = ColumnsBody(required=False, help_text="Guessed where it is left out.")
    role = BuiltInRoleField(required=False, help_text="Of those whose line names none.")


class BaseJobs(Resource):
    # Whoever sees anything here may have asked for something.
    access = Permission.ORGANIZATIONS_READ
    within = True

    def prepare(self, rows: list[Any]) -> None:
        count_outcomes(rows)

    def row(self) -> Job:
        return job_for(self.actor.pk, self.kwargs["job_id"])


class Jobs(BaseJobs):
    @listed(JobSerializer, summary="Your background jobs, the newest first")
    def get(self) -> Listing:
        return find_jobs(self.actor.pk)


class OneJob(BaseJobs):
    get = read(JobSerializer, summary="One job, and how far it is")


class Items(BaseJobs):
    def prepare(self, rows: list[Any]) -> None:
        """Items say all that is to be known of them."""

    @listed(ItemSerializer, query=ItemQuery, summary="What became, or would become, of each item")
    def get(self, outcome: str = "") -> Listing:
        return find_items(self.row(), outcome=outcome)


class StartJob(BaseJobs):
    changes = {"POST": Permission.ORGANIZATIONS_READ}
    asks_again = frozenset({"POST"})
    by_people = frozenset({"POST"})

    @acted(
        ReasonBody,
        JobSerializer,
        summary="Start a job that was drafted",
        description="A worker does it; for each item you are asked anew whether you may.",
        code=202,
    )
    def post(self, reason: str) -> Job:
        services.start_job(self.row(), actor=self.actor, reason=reason)
        return self.row()


class CancelJob(BaseJobs):
    changes = {"POST": Permission.ORGANIZATIONS_READ}
    by_people = frozenset({"POST"})

    @acted(None, JobSerializer, summary="Stop a job; what is done stays")
    def post(self) -> Job:
        services.cancel_job(self.row(), actor=self.actor)
        return self.row()


class UndoJob(BaseJobs):
    changes = {"POST": Permission.ORGANIZATIONS_READ}
    asks_again = frozenset({"POST"})
    by_people = frozenset({"POST"})

    @acted(
        None,
        JobSerializer,
        summary="Take back what a job has done, by another one",
        description="`409 cannot_undo`, `409 already_undone`.",
        code=202,
    )
    def post(self) -> Job:
        return services.undo_job(self.row(), actor=self.actor)


class PeopleJobs(BaseJobs):
    access = Permission.PEOPLE_READ
    changes = {"POST": Permission.PEOPLE_READ}
    within = False
    by_people = frozenset({"POST"})

    @created(
        PeopleJobBody,
        JobSerializer,
        at=at,
        summary="A dry run of something done to many people",
        description="Each kind takes the permission that doing it to one person takes. Nothing is done before "
        "the job is started; it is forgotten after a day.",
    )
    def post(self, kind: str, **chosen: Any) -> Job:
        rows, named = People(self.actor), chosen.get("people")
        found = rows.found(**chosen["filters"]) if named is None else rows.named(named)
        return draft(People.works()[kind], rows, found)


class SessionJobs(BaseJobs):
    access = Permission.SESSIONS_READ
    changes = {"POST": Permission.SESSIONS_READ}
    within = False
    by_people = frozenset({"POST"})

    @created(
        SessionJobBody,
        JobSerializer,
        at=at,
        summary="A dry run of ending many sessions",
        description="Takes `sessions:end`, too. Nothing is ended before the job is started; it is forgotten after a day.",
    )
    def post(self, sessions: list[UUID]) -> Job:
        rows = Sessions(self.actor)
        return draft(End, rows, rows.named(sessions))


class ImportMembers(OrganizationResource, BaseJobs):
    access = Permission.MEMBERS_READ
    changes = {"POST": Permission.MEMBERS_INVITE}
    within = False
    by_people = frozenset({"POST"})

    @created(
        ImportMembersBody,
        JobSerializer,
        at=at,
        summary="A dry run of inviting those whom a list names",
        description="Nobody is invited before the job is started; it is forgotten after a day.",
    )
    def post(self, text: str, role: RoleName = RoleName.GUEST, columns: Any = None) -> Job:
        known = columns_of(text)
        mapping = columns or members.guess(known)
        return members.draft(self.organization, text, mapping, role, actor=self.actor)
