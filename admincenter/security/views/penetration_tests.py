"""Penetration tests: the calendar, one engagement, and what may be shown of it to a customer."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from mago.core.holding import held

from ...bulk.ways import way_to_choose
from ...exports.ways import way_to_export
from ...once import once
from ...pages import list_page
from .. import exports, files
from ..bulk import programme as lists
from ..forms.programme import EngagementFilters, EngagementForm, FindingForm, RetestForm
from ..forms.tickets import AttachmentForm
from ..models import PenetrationTest, Programme, Tester
from ..selectors.penetration_tests import (
    counts_of,
    find_tests,
    report_for,
    retests_of,
    test_for,
    tickets_of,
    years_of,
)
from ..services import penetration_tests as services
from .common import act, around, form_page, get_or_post, programme, readable, section, sent

TAB = "penetration_tests"


def the_test(request: HttpRequest, slug: str, test_id: UUID) -> PenetrationTest:
    """The engagement that a path names."""
    return test_for(readable(request, slug, Permission.PENETRATION_TESTS_READ), test_id)


def _page_of(test: PenetrationTest) -> str:
    return reverse("admincenter:penetration_test", args=[test.programme.slug, test.pk])


@require(Permission.PENETRATION_TESTS_READ, of=programme)
@require_safe
def tests(request: HttpRequest, whose: Programme) -> HttpResponse:
    return list_page(
        request,
        "admincenter/security/tests.html",
        title=_("Penetration tests"),
        filters=EngagementFilters(request.GET),
        find=lambda **chosen: find_tests(whose, **chosen),
        **way_to_choose(request, lists.PenetrationTests, whose),
        **way_to_export(request, exports.PenetrationTests, whose),
        years=years_of(whose),
        **around(request, whose, TAB),
    )


@require(Permission.PENETRATION_TESTS_EDIT, of=programme)
@get_or_post
@once
def create(request: HttpRequest, whose: Programme) -> HttpResponse:
    return form_page(
        request,
        whose,
        EngagementForm(sent(request)),
        tab=TAB,
        title=_("New penetration test"),
        save=lambda **data: services.plan_test(programme=whose, actor=actor(request), **data),
        told=_("The test is planned. Whoever plans tests is reminded two weeks before one begins."),
        to=reverse("admincenter:penetration_tests", args=[whose.slug]),
    )


@require(Permission.PENETRATION_TESTS_READ, of=the_test)
@require_safe
def test(request: HttpRequest, test: PenetrationTest) -> HttpResponse:
    return _test_page(request, test)


def _test_page(
    request: HttpRequest, test: PenetrationTest, status: int = 200, **forms: Any
) -> HttpResponse:
    context = {
        "test": test,
        "tickets": tickets_of(test),
        "counts": counts_of(test),
        "retests": retests_of(test) if test.retested_on else [],
        "reports": list(test.reports.order_by("created_at")),
        "report_form": AttachmentForm(None),
    }
    return section(request, test.programme, "test", context | forms, tab=TAB, status=status)


@require(Permission.PENETRATION_TESTS_EDIT, of=the_test)
@get_or_post
@held()
def edit(request: HttpRequest, test: PenetrationTest) -> HttpResponse:
    values = {name: getattr(test, name) for name in services.FIELDS}
    return form_page(
        request,
        test.programme,
        EngagementForm(sent(request), initial=values),
        tab=TAB,
        title=str(test),
        save=lambda **data: services.edit_test(test=test, actor=actor(request), **data),
        told=_("Saved."),
        to=_page_of(test),
    )


@require(Permission.PENETRATION_TESTS_EDIT, of=the_test)
@require_POST
def hold(request: HttpRequest, test: PenetrationTest) -> HttpResponse:
    return act(
        request,
        lambda: services.mark_held(test=test, actor=actor(request)),
        _("The test is held: it counts for its year.")
        if test.tester == Tester.FIRM
        else _("The test is held."),
        to=_page_of(test),
    )


@require(Permission.PENETRATION_TESTS_EDIT, of=the_test)
@require_POST
def cancel(request: HttpRequest, test: PenetrationTest) -> HttpResponse:
    return act(
        request,
        lambda: services.cancel_test(test=test, actor=actor(request)),
        _("The test is cancelled."),
        to=_page_of(test),
    )


@require(Permission.PENETRATION_TESTS_EDIT, of=the_test)
@get_or_post
@once
def retest(request: HttpRequest, test: PenetrationTest) -> HttpResponse:
    return form_page(
        request,
        test.programme,
        RetestForm(sent(request)),
        tab=TAB,
        title=_("Record a retest"),
        save=lambda **data: services.record_retest(test=test, actor=actor(request), **data),
        told=_("Saved."),
        to=_page_of(test),
    )


@require(Permission.PENETRATION_TESTS_EDIT, of=the_test)
@get_or_post
@once
def add_finding(request: HttpRequest, test: PenetrationTest) -> HttpResponse:
    return form_page(
        request,
        test.programme,
        FindingForm(sent(request)),
        tab=TAB,
        title=_("New finding"),
        save=lambda **data: services.add_finding(test=test, actor=actor(request), **data),
        told=_("The finding is a ticket now."),
        to=_page_of(test),
    )


@require(Permission.PENETRATION_TESTS_EDIT, of=the_test)
@require_POST
@once
def attach(request: HttpRequest, test: PenetrationTest) -> HttpResponse:
    form = AttachmentForm(request.POST, request.FILES)
    if not form.is_valid():
        return _test_page(request, test, 400, report_form=form)
    return act(
        request,
        lambda: services.add_report(
            test=test, upload=form.cleaned_data["file"], actor=actor(request)
        ),
        _("The report lies beside the test."),
        to=_page_of(test),
    )


@require(Permission.PENETRATION_TESTS_READ, of=the_test)
@require_POST
def take_report(request: HttpRequest, test: PenetrationTest, report_id: UUID) -> HttpResponseBase:
    found = report_for(test, report_id)
    response = files.download(found)
    services.record_download(report=found, actor=actor(request))
    return response


@require(Permission.PENETRATION_TESTS_READ, of=the_test)
@require_safe
def customer_report(request: HttpRequest, test: PenetrationTest) -> HttpResponse:
    """A page to print for a customer: numbers and dates; no finding, no name of a person, no internal note."""
    if test.state != "held":
        return redirect(_page_of(test))
    context = {"test": test, "counts": counts_of(test), "now": timezone.now()}
    return section(request, test.programme, "customer_report", context, tab=TAB)
