"""Penetration tests: planned, held, retested; what they found, and the firms' reports."""

from typing import Any, ClassVar

from django.http import HttpResponseBase
from rest_framework import serializers
from rest_framework.request import Request

from accounts.access.permissions import Permission
from accounts.api.bodies import Body, PageQuery
from accounts.api.files import file_response
from accounts.api.resources import acted, changed, created, listed, read, told
from accounts.api.serializers import TextField
from mago.core.errors import NotFound
from mago.core.keyset import Listing

from .. import cvss, files
from ..models import EngagementState, PenetrationTest, Report, Tester, Ticket
from ..models.tickets import LONGEST_TEXT
from ..selectors.penetration_tests import counts_of, report_for, test_for, tests_of
from ..selectors.tickets import ticket_by_id
from ..services import penetration_tests as services
from ..severity import Severity
from .common import (
    UPLOADS,
    FileBody,
    FileSerializer,
    LinesField,
    ProgrammeResource,
    optional,
)
from .shapes import TicketSerializer

LONGEST = 5000


class PenetrationTestSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    tester = serializers.ChoiceField(choices=Tester.values)
    firm = serializers.CharField()
    methodology = serializers.CharField()
    scope = serializers.CharField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    state = serializers.ChoiceField(choices=EngagementState.values)
    retested_on = serializers.DateField(allow_null=True)
    retest_result = serializers.CharField()
    notes = serializers.CharField(help_text="Internal: no report for customers holds them.")
    created_at = serializers.DateTimeField()


class PenetrationTestBody(Body):
    example: ClassVar = {
        "scope": "The admin center and the API",
        "starts_on": "2027-01-11",
        "ends_on": "2027-01-22",
    }

    tester = serializers.ChoiceField(choices=Tester.values, required=False)
    firm = TextField(max_length=120)
    methodology = TextField(max_length=120)
    scope = LinesField(max_length=LONGEST)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    notes = optional(LONGEST, LinesField)


class RetestBody(Body):
    retested_on = serializers.DateField()
    retest_result = TextField(max_length=500)


class FindingBody(Body):
    title = TextField(max_length=200)
    description = optional(LONGEST_TEXT, LinesField)
    component = optional(100)
    vector = optional(cvss.LONGEST)
    severity = serializers.ChoiceField(
        choices=Severity.values, required=False, help_text="Without a vector."
    )


class FindingCountSerializer(serializers.Serializer[Any]):
    severity = serializers.ChoiceField(choices=Severity.values)
    found = serializers.IntegerField()
    remediated = serializers.IntegerField()


class PenetrationTestSummarySerializer(serializers.Serializer[Any]):
    """Numbers and dates: no finding, no name of a person, no internal note."""

    firm = serializers.CharField()
    methodology = serializers.CharField()
    scope = serializers.CharField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    retested_on = serializers.DateField(allow_null=True)
    retest_result = serializers.CharField()
    counts = FindingCountSerializer(many=True)


class Tests(ProgrammeResource):
    access = Permission.PENETRATION_TESTS_READ
    changes = {"POST": Permission.PENETRATION_TESTS_EDIT}

    @listed(PenetrationTestSerializer, summary="Penetration tests, the newest first")
    def get(self) -> Listing:
        return Listing((tests_of(self.programme),), key=("starts_on", "id"))

    @created(
        PenetrationTestBody,
        PenetrationTestSerializer,
        at=("api-penetration-test", "test_id"),
        summary="Plan a penetration test",
    )
    def post(self, **data: Any) -> PenetrationTest:
        return services.plan_test(programme=self.programme, actor=self.actor, **data)


class _OfOneTest(ProgrammeResource):
    access = Permission.PENETRATION_TESTS_READ

    def test(self) -> PenetrationTest:
        return test_for(self.programme, self.kwargs["test_id"])


class OneTest(_OfOneTest):
    changes = {"PATCH": Permission.PENETRATION_TESTS_EDIT}

    def row(self) -> PenetrationTest:
        return self.test()

    get = read(PenetrationTestSerializer, summary="One penetration test")

    @changed(PenetrationTestBody, PenetrationTestSerializer, summary="Change a penetration test")
    def patch(self, row: PenetrationTest, **data: Any) -> None:
        services.edit_test(test=row, actor=self.actor, **data)


class HoldTest(_OfOneTest):
    changes = {"POST": Permission.PENETRATION_TESTS_EDIT}

    @acted(
        None,
        PenetrationTestSerializer,
        summary="Say that a test was held: it counts for its year",
        description="`409 not_ended` before its last day.",
    )
    def post(self) -> PenetrationTest:
        return services.mark_held(test=self.test(), actor=self.actor)


class CancelTest(_OfOneTest):
    changes = {"POST": Permission.PENETRATION_TESTS_EDIT}

    @acted(None, PenetrationTestSerializer, summary="Say that a planned test will not take place")
    def post(self) -> PenetrationTest:
        return services.cancel_test(test=self.test(), actor=self.actor)


class RecordRetest(_OfOneTest):
    changes = {"POST": Permission.PENETRATION_TESTS_EDIT}

    @acted(RetestBody, PenetrationTestSerializer, summary="Record what a retest has shown")
    def post(self, **data: Any) -> PenetrationTest:
        return services.record_retest(test=self.test(), actor=self.actor, **data)


class Findings(_OfOneTest):
    changes = {"POST": Permission.PENETRATION_TESTS_EDIT}

    @listed(TicketSerializer, summary="The tickets of what a test found, the newest first")
    def get(self) -> Listing:
        found = Ticket.objects.of(self.programme).filter(findings__test=self.test()).distinct()
        return Listing((found.select_related("assignee", "release"),), key=("created_at", "id"))

    @created(
        FindingBody,
        TicketSerializer,
        summary="A finding, which becomes a ticket",
    )
    def post(self, **data: Any) -> Ticket:
        made = services.add_finding(test=self.test(), actor=self.actor, **data)
        return ticket_by_id(self.programme, made.pk)


class Summary(_OfOneTest):
    @told(
        PenetrationTestSummarySerializer,
        summary="What may be shown of a test to a customer",
        description="`404` for a test that was not held.",
    )
    def get(self) -> PenetrationTest:
        test = self.test()
        if test.state != EngagementState.HELD:
            raise NotFound
        test.counts = counts_of(test)  # type: ignore[attr-defined]
        return test


class Reports(_OfOneTest):
    changes = {"POST": Permission.PENETRATION_TESTS_EDIT}
    parser_classes = UPLOADS

    @listed(FileSerializer, query=PageQuery, summary="The reports that lie beside a test")
    def get(self) -> Listing:
        return Listing((self.test().reports.all(),), key=("id",))

    @acted(FileBody, FileSerializer, summary="Put the firm's report beside a test", code=201)
    def post(self, file: Any) -> Report:
        return services.add_report(test=self.test(), upload=file, actor=self.actor)


class ReportFile(_OfOneTest):
    @file_response(summary="A report", description="That it was taken is recorded.")
    def get(self, request: Request, **path: Any) -> HttpResponseBase:
        found = report_for(self.test(), self.kwargs["report_id"])
        response = files.download(found)
        services.record_download(report=found, actor=self.actor)
        return response
