"""Lists are exported: asked for beside each list, followed and downloaded on the page of the job."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access.guards import actor, require
from accounts.access.permissions import SENSITIVE, Permission
from accounts.access.step_up import ask_again
from accounts.organizations.models import Organization
from mago.audit.exporting import Format
from mago.core.errors import Refused
from mago.jobs.selectors import job_for

from ..exports import lists, set_up
from ..exports.downloads import file_of
from ..exports.services import export_of, request_export
from ..exports.work import Export
from .organizations.common import organization, owner

NOT_FILTERS = ("csrfmiddlewaretoken", "format")


def exporting(
    wanted: type[Export],
    of: Callable[..., Any] | None = None,
    organization_of: Callable[[Any], Organization | None] = lambda whose: whose,
) -> Callable[..., Any]:
    """The view that asks for an export of one list; of what `of` finds, where it is given, whose organization that is."""

    @require(wanted.permission, of=of, within=wanted.within)
    @require_POST
    def export(request: HttpRequest, whose: Any = None, **_path: Any) -> HttpResponse:
        sent = request.POST.dict()
        filters = {name: sent[name] for name in sent if name not in NOT_FILTERS}
        to = reverse(f"admincenter:{wanted.page}", args=[whose.slug] if whose else [])
        try:
            format = Format(sent.get("format", ""))
        except ValueError:
            messages.error(request, _("Nothing was exported: choose CSV or JSON."))
            return redirect(to)
        try:
            job = request_export(
                wanted,
                format=format,
                filters=filters,
                actor=actor(request),
                organization=organization_of(whose),
            )
        except Refused as refusal:
            messages.error(request, str(refusal.detail))
            return redirect(to)
        return redirect("admincenter:job", job.pk)

    return export


people = exporting(lists.People)
sessions = exporting(lists.Sessions)
messages_sent = exporting(lists.Messages)
api_tokens = exporting(lists.ApiTokens)
all_hubs = exporting(lists.AllHubs)
organizations = exporting(lists.Organizations)
administrators = exporting(lists.Administrators)
lockdowns = exporting(lists.Lockdowns)
applications = exporting(lists.Applications, owner)
certificates = exporting(set_up.Certificates)
all_identity_providers = exporting(set_up.AllIdentityProviders)
policies = exporting(set_up.Policies, owner)
hubs = exporting(lists.Hubs, organization)
hub_tasks = exporting(lists.HubTasks, organization)
members = exporting(lists.Members, organization)
bindings = exporting(lists.Bindings, organization)
service_accounts = exporting(lists.ServiceAccounts, organization)
tokens = exporting(set_up.Tokens, organization)
identity_providers = exporting(set_up.IdentityProviders, organization)
sites = exporting(set_up.Sites, organization)
rooms = exporting(set_up.Rooms, organization)
hub_groups = exporting(set_up.HubGroups, organization)
hub_codes = exporting(set_up.EnrolmentCodes, organization)
roles = exporting(set_up.Roles, organization)
conditions = exporting(set_up.Conditions, organization)
domains = exporting(set_up.Domains, organization)


@require(Permission.ORGANIZATIONS_READ, within=True)
@require_POST
def download(request: HttpRequest, job_id: UUID) -> HttpResponseBase:
    """The file of one's own export; of a list that is sensitive, with a proof that is only minutes old."""
    export = export_of(job_for(actor(request).pk, job_id))
    if export.permission in SENSITIVE and (asked := ask_again(request)):
        return asked
    return file_of(export)
