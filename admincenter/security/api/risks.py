"""The risk register, its heat map, and the assessments in which it is looked through."""

from typing import Any, ClassVar

from rest_framework import serializers

from accounts.access.permissions import Permission
from accounts.api.bodies import Body, PageQuery
from accounts.api.resources import (
    acted,
    changed,
    created,
    listed,
    read,
    removed,
    told,
)
from accounts.api.serializers import TextField
from mago.core.errors import NotFound
from mago.core.keyset import Listing

from ...api.shapes import PersonRefSerializer
from ..models import Assessment, Risk, Ticket, Treatment
from ..models.risks import HIGHEST
from ..selectors.risks import (
    assessment_for,
    assessments_of,
    figures_of_register,
    find_risks,
    heat_map,
    risk_for,
)
from ..services import risks as services
from .common import LinesField, PersonField, ProgrammeResource, TicketField, optional
from .shapes import TicketSerializer

LONGEST = 5000


def _degree(**kwargs: Any) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=1, max_value=HIGHEST, **kwargs)


class RiskSerializer(serializers.Serializer[Any]):
    changing = ("is_overdue",)

    id = serializers.UUIDField()
    asset = serializers.CharField()
    threat = serializers.CharField()
    likelihood = _degree()
    impact = _degree()
    score = serializers.IntegerField(help_text="Likelihood times impact.")
    treatment = serializers.ChoiceField(choices=Treatment.values)
    plan = serializers.CharField()
    residual_likelihood = _degree(help_text="After treatment.")
    residual_impact = _degree(help_text="After treatment.")
    residual = serializers.IntegerField(help_text="The score after treatment.")
    owner = PersonRefSerializer(allow_null=True)
    review_on = serializers.DateField()
    is_overdue = serializers.BooleanField(help_text="Its review is.")
    closed_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class RiskQuery(PageQuery):
    state = serializers.ChoiceField(choices=["open", "closed"], required=False, default="open")
    likelihood = _degree(required=False)
    impact = _degree(required=False)
    when = serializers.ChoiceField(
        choices=["before", "after"],
        required=False,
        help_text="Whether likelihood and impact are those before treatment, or after it.",
    )


class RiskBody(Body):
    example: ClassVar = {
        "likelihood": 3,
        "impact": 4,
        "residual_likelihood": 1,
        "residual_impact": 4,
    }

    asset = TextField(max_length=120)
    threat = TextField(max_length=300)
    likelihood = _degree()
    impact = _degree()
    treatment = serializers.ChoiceField(choices=Treatment.values)
    plan = optional(LONGEST, LinesField)
    residual_likelihood = _degree()
    residual_impact = _degree()
    owner = PersonField(Permission.RISKS_READ, required=False, allow_null=True)
    review_on = serializers.DateField()


class LinkBody(Body):
    ticket = TicketField()


class CellSerializer(serializers.Serializer[Any]):
    likelihood = _degree()
    impact = _degree()
    count = serializers.IntegerField()
    heat = serializers.ChoiceField(choices=["low", "medium", "high", "critical"])


class MapSerializer(serializers.Serializer[Any]):
    before = CellSerializer(many=True)
    after = CellSerializer(many=True)
    figures = serializers.DictField(help_text="As an assessment keeps them.")


class AssessmentSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    held_on = serializers.DateField()
    summary = serializers.CharField()
    figures = serializers.DictField(help_text="What the register held then.")
    author = PersonRefSerializer(allow_null=True)
    signed_by = serializers.CharField(
        source="signed_label", help_text="As the person was called then."
    )
    signed_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class AssessmentBody(Body):
    held_on = serializers.DateField()
    summary = LinesField(max_length=LONGEST)


class Risks(ProgrammeResource):
    access = Permission.RISKS_READ
    changes = {"POST": Permission.RISKS_EDIT}

    @listed(RiskSerializer, query=RiskQuery, summary="The risk register, the newest first")
    def get(self, **chosen: Any) -> Listing:
        return find_risks(self.programme, **chosen)

    @created(RiskBody, RiskSerializer, at=("api-risk", "risk_id"), summary="A risk in the register")
    def post(self, **data: Any) -> Risk:
        return services.register_risk(programme=self.programme, actor=self.actor, **data)


class _OfOneRisk(ProgrammeResource):
    access = Permission.RISKS_READ

    def risk(self) -> Risk:
        return risk_for(self.programme, self.kwargs["risk_id"])


class OneRisk(_OfOneRisk):
    changes = {"PATCH": Permission.RISKS_EDIT}

    def row(self) -> Risk:
        return self.risk()

    get = read(RiskSerializer, summary="One risk")

    @changed(RiskBody, RiskSerializer, summary="Rate, treat or review a risk")
    def patch(self, row: Risk, **data: Any) -> None:
        services.edit_risk(risk=row, actor=self.actor, **data)


class CloseRisk(_OfOneRisk):
    changes = {"POST": Permission.RISKS_EDIT}

    @acted(None, RiskSerializer, summary="Say that a risk is there no longer")
    def post(self) -> Risk:
        services.close_risk(risk=self.risk(), actor=self.actor)
        return self.risk()


class TicketsOfRisk(_OfOneRisk):
    changes = {"POST": Permission.RISKS_EDIT}

    @listed(TicketSerializer, summary="The tickets of a risk, the newest first")
    def get(self) -> Listing:
        found = self.risk().tickets.of(self.programme).select_related("assignee", "release")
        return Listing((found,), key=("created_at", "id"))

    @acted(LinkBody, TicketSerializer, summary="Say that a ticket belongs to a risk", code=201)
    def post(self, ticket: Ticket) -> Ticket:
        services.link_ticket(risk=self.risk(), ticket=ticket, actor=self.actor)
        return ticket


class TicketOfRisk(_OfOneRisk):
    changes = {"DELETE": Permission.RISKS_EDIT}

    def row(self) -> Ticket:
        mine = self.risk().tickets.of(self.programme)
        found: Ticket | None = mine.filter(pk=self.kwargs["ticket_id"]).first()
        if found is None:
            raise NotFound
        return found

    @removed(TicketSerializer, summary="Say that a ticket belongs to a risk no longer")
    def delete(self, row: Ticket) -> None:
        services.link_ticket(risk=self.risk(), ticket=row, actor=self.actor, linked=False)


class RiskMap(ProgrammeResource):
    access = Permission.RISKS_READ

    @told(MapSerializer, summary="How many open risks are how likely and how bad")
    def get(self) -> dict[str, Any]:
        maps = {
            name: [cell for row in heat_map(self.programme, after=after) for cell in row]
            for name, after in (("before", False), ("after", True))
        }
        return maps | {"figures": figures_of_register(self.programme)}


class Assessments(ProgrammeResource):
    access = Permission.RISKS_READ
    changes = {"POST": Permission.RISKS_EDIT}

    @listed(AssessmentSerializer, summary="Risk assessments, the newest first")
    def get(self) -> Listing:
        return Listing((assessments_of(self.programme),), key=("held_on", "id"))

    @created(
        AssessmentBody,
        AssessmentSerializer,
        at=("api-risk-assessment", "assessment_id"),
        summary="An assessment, with the figures of this moment",
    )
    def post(self, **data: Any) -> Assessment:
        return services.hold_assessment(programme=self.programme, actor=self.actor, **data)


class _OfOneAssessment(ProgrammeResource):
    access = Permission.RISKS_READ

    def row(self) -> Assessment:
        return assessment_for(self.programme, self.kwargs["assessment_id"])


class OneAssessment(_OfOneAssessment):
    get = read(AssessmentSerializer, summary="One risk assessment")


class SignAssessment(_OfOneAssessment):
    changes = {"POST": Permission.RISKS_SIGN_OFF}
    by_people = frozenset({"POST"})

    @acted(
        None,
        AssessmentSerializer,
        summary="Sign a risk assessment off",
        description="`400 own_work` for its author.",
    )
    def post(self) -> Assessment:
        services.sign_assessment(assessment=self.row(), actor=self.actor)
        return self.row()
