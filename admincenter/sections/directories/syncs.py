"""The syncs of a directory: asked for, followed while they run, confirmed where the brake has stopped them."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from accounts.federation.directory import services
from accounts.federation.directory.models import SyncRun
from accounts.federation.directory.selectors import runs_of
from accounts.federation.enterprise.models import IdentityProvider

from ...pages import Filters, list_page
from ...selectors.directories import find_changes, find_runs
from .common import act, around, provider, run, url_of
from .forms import ChangeFilters


@require(Permission.IDENTITY_PROVIDERS_READ, of=provider)
@require_safe
def syncs(request: HttpRequest, found: IdentityProvider) -> HttpResponse:
    newest = runs_of(found).first()
    return list_page(
        request,
        "admincenter/directories/syncs.html",
        title=_("Syncs"),
        filters=Filters(request.GET),
        find=lambda: find_runs(found),
        is_at_work=newest is not None and newest.is_at_work,
        **around(request, found),
    )


@require(Permission.IDENTITY_PROVIDERS_READ, of=run)
@require_safe
def sync(request: HttpRequest, found: SyncRun) -> HttpResponse:
    """How far it is, and whom it concerns."""
    return list_page(
        request,
        "admincenter/directories/sync.html",
        title=_("Dry run") if found.is_dry else _("Sync"),
        filters=ChangeFilters(request.GET),
        find=lambda **chosen: find_changes(found, **chosen),
        run=found,
        is_progress="progress" in request.GET,
        **around(request, found.provider),
    )


@require(Permission.IDENTITY_PROVIDERS_EDIT, of=provider)
@require_POST
def start(request: HttpRequest, found: IdentityProvider) -> HttpResponse:
    return _begin(request, found, is_dry=False)


@require(Permission.IDENTITY_PROVIDERS_EDIT, of=provider)
@require_POST
def try_out(request: HttpRequest, found: IdentityProvider) -> HttpResponse:
    return _begin(request, found, is_dry=True)


@require(Permission.IDENTITY_PROVIDERS_EDIT, of=run)
@require_POST
def confirm(request: HttpRequest, found: SyncRun) -> HttpResponse:
    return act(
        request,
        lambda: services.confirm(run=found, actor=actor(request)),
        _("It is carried out as it was shown."),
        to=lambda done: url_of(found.provider, found),
    )


@require(Permission.IDENTITY_PROVIDERS_EDIT, of=run)
@require_POST
def drop(request: HttpRequest, found: SyncRun) -> HttpResponse:
    return act(
        request,
        lambda: services.drop(run=found, actor=actor(request)),
        _("Nothing of it is carried out."),
        to=lambda done: url_of(found.provider, found),
    )


def _begin(request: HttpRequest, found: IdentityProvider, *, is_dry: bool) -> HttpResponse:
    return act(
        request,
        lambda: services.request(provider=found, is_dry=is_dry, actor=actor(request)),
        _("The directory is about to be read."),
        to=lambda asked: url_of(found, asked),
    )
