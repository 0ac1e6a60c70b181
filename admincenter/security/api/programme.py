"""By which policy a programme is done, how well, and all of it as a file for an auditor."""

from typing import Any

from django.http import HttpResponseBase
from rest_framework import serializers
from rest_framework.request import Request

from accounts.access.permissions import Permission
from accounts.api.bodies import Body
from accounts.api.files import file_response
from accounts.api.resources import changed, read, told

from .. import evidence
from ..models import Programme
from ..selectors.figures import figures_of
from ..selectors.penetration_tests import years_of
from ..selectors.programmes import programme_of
from ..services.policy import set_policy
from ..severity import LONGEST, Severity
from ..views.figures import backlog
from .common import ProgrammeResource


def _days(**kwargs: Any) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=1, max_value=LONGEST, **kwargs)


class PatchPolicySerializer(serializers.Serializer[Any]):
    """Within how many days something of a severity is to be remediated, and how often is looked."""

    critical_days = _days()
    high_days = _days()
    medium_days = _days()
    low_days = _days()
    tests_a_year = serializers.IntegerField(min_value=0, max_value=12)
    assessment_days = serializers.IntegerField(
        min_value=30, max_value=LONGEST, help_text="Between two risk assessments."
    )


class PatchPolicyBody(Body):
    critical_days = _days()
    high_days = _days()
    medium_days = _days()
    low_days = _days()
    tests_a_year = serializers.IntegerField(min_value=0, max_value=12)
    assessment_days = serializers.IntegerField(min_value=30, max_value=LONGEST)


class FigureSerializer(serializers.Serializer[Any]):
    """Of one severity; what was remediated, within the last year."""

    severity = serializers.ChoiceField(choices=Severity.values)
    days = serializers.IntegerField(allow_null=True, help_text="That the policy gives.")
    owed = serializers.IntegerField()
    overdue = serializers.IntegerField()
    remediated = serializers.IntegerField()
    in_time = serializers.IntegerField()
    share_in_time = serializers.IntegerField(allow_null=True, help_text="Per cent.")
    median_days = serializers.FloatField(allow_null=True)
    longest_days = serializers.IntegerField(allow_null=True)


class WeekSerializer(serializers.Serializer[Any]):
    day = serializers.DateField()
    owed = serializers.IntegerField()
    overdue = serializers.IntegerField()


class YearSerializer(serializers.Serializer[Any]):
    year = serializers.IntegerField(source="number")
    demanded = serializers.IntegerField()
    held = serializers.IntegerField()
    planned = serializers.IntegerField()


class FiguresSerializer(serializers.Serializer[Any]):
    by_severity = FigureSerializer(many=True)
    weeks = WeekSerializer(many=True, help_text="The backlog, the oldest week first.")
    penetration_tests = YearSerializer(many=True)
    is_cut = serializers.BooleanField(help_text="There were more tickets than are counted.")


class PatchPolicy(ProgrammeResource):
    access = Permission.TICKETS_READ
    changes = {"PATCH": Permission.PATCH_POLICIES_EDIT}

    def row(self) -> Programme:
        return programme_of(self.programme.organization)

    get = read(PatchPolicySerializer, summary="The patch policy")

    @changed(
        PatchPolicyBody,
        PatchPolicySerializer,
        summary="Change the patch policy",
        description="It counts for what is rated from now on; no due date that was given moves.",
    )
    def patch(self, row: Programme, **data: int) -> None:
        set_policy(programme=row, actor=self.actor, **data)


class SecurityFigures(ProgrammeResource):
    access = Permission.TICKETS_READ

    @told(FiguresSerializer, summary="How fast what is found is remediated, and what is owed")
    def get(self) -> dict[str, Any]:
        found = figures_of(self.programme)
        return {
            "by_severity": found.by_severity,
            "weeks": found.weeks,
            "penetration_tests": years_of(self.programme),
            "is_cut": found.is_cut,
        }


class Evidence(ProgrammeResource):
    access = Permission.AUDIT_EXPORT

    @file_response(
        "text/html",
        summary="The evidence pack for an auditor",
        description="One HTML file that needs nothing else. That it was taken is recorded.",
    )
    def get(self, request: Request, **path: Any) -> HttpResponseBase:
        chart = backlog(figures_of(self.programme))
        return evidence.download(self.programme, actor=self.actor, chart=chart)
