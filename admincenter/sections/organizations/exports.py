"""Exports of an organization's part of the trail."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_POST

from accounts.access.guards import require
from accounts.access.permissions import Permission
from accounts.organizations.models import Organization
from mago.core.form_pages import get_or_post

from ..audit.exports import delete_export, download_export, exports_page
from ..audit.forms import FormatField
from .common import around, organization
from .forms.filters import EventFilters

TAB = "organization_audit"


class ExportForm(EventFilters):
    format = FormatField()


@require(Permission.AUDIT_EXPORT, of=organization)
@get_or_post
def exports(request: HttpRequest, whose: Organization) -> HttpResponse:
    head = {"head": "admincenter/organizations/head.html"}
    return exports_page(request, whose, ExportForm, head | around(request, whose, TAB))


@require(Permission.AUDIT_EXPORT, of=organization)
@require_POST
def download(request: HttpRequest, whose: Organization, export_id: UUID) -> HttpResponseBase:
    return download_export(request, whose, export_id)


@require(Permission.AUDIT_EXPORT, of=organization)
@require_POST
def delete(request: HttpRequest, whose: Organization, export_id: UUID) -> HttpResponse:
    return delete_export(request, whose, export_id, "admincenter:organization_exports", whose.slug)
