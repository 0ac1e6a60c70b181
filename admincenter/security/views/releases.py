"""Releases and their checkpoints."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from mago.core.errors import NotFound
from mago.core.holding import held

from ...bulk.ways import way_to_choose
from ...exports.ways import way_to_export
from ...once import once
from ...pages import list_page
from .. import exports
from ..bulk import programme as lists
from ..forms.programme import NoteForm, ReleaseFilters, ReleaseForm
from ..models import Programme, Release
from ..selectors.releases import checkpoints_of, find_releases, release_for
from ..selectors.tickets import tickets_that_match
from ..services import releases as services
from .common import act, around, form_page, get_or_post, programme, readable, section, sent

TAB = "releases"
MOST_TICKETS = 500


def the_release(request: HttpRequest, slug: str, release_id: UUID) -> Release:
    """The release that a path names."""
    return release_for(readable(request, slug, Permission.RELEASES_READ), release_id)


def _page_of(release: Release) -> str:
    return reverse("admincenter:release", args=[release.programme.slug, release.pk])


@require(Permission.RELEASES_READ, of=programme)
@require_safe
def releases(request: HttpRequest, whose: Programme) -> HttpResponse:
    return list_page(
        request,
        "admincenter/security/releases.html",
        title=_("Releases"),
        filters=ReleaseFilters(request.GET),
        find=lambda **chosen: find_releases(whose, **chosen),
        **way_to_choose(request, lists.Releases, whose),
        **way_to_export(request, exports.Releases, whose),
        **around(request, whose, TAB),
    )


@require(Permission.RELEASES_EDIT, of=programme)
@get_or_post
@once
def create(request: HttpRequest, whose: Programme) -> HttpResponse:
    return form_page(
        request,
        whose,
        ReleaseForm(sent(request)),
        tab=TAB,
        title=_("New release"),
        save=lambda **data: services.create_release(programme=whose, actor=actor(request), **data),
        told=_("The release exists now: fixes can be planned for it."),
        to=reverse("admincenter:releases", args=[whose.slug]),
    )


@require(Permission.RELEASES_READ, of=the_release)
@require_safe
def release(request: HttpRequest, release: Release) -> HttpResponse:
    tickets = tickets_that_match(release.programme, release=release).order_by("number")
    context = {
        "release": release,
        "checkpoints": checkpoints_of(release),
        "tickets": list(tickets.select_related("fixed_by", "assignee")[:MOST_TICKETS]),
        "note_form": NoteForm(None),
    }
    return section(request, release.programme, "release", context, tab=TAB)


@require(Permission.RELEASES_EDIT, of=the_release)
@get_or_post
@held()
def edit(request: HttpRequest, release: Release) -> HttpResponse:
    values = {name: getattr(release, name) for name in ("version", "target_on", "notes")}
    return form_page(
        request,
        release.programme,
        ReleaseForm(sent(request), initial=values),
        tab=TAB,
        title=release.version,
        save=lambda **data: services.edit_release(release=release, actor=actor(request), **data),
        told=_("Saved."),
        to=_page_of(release),
    )


@require(Permission.RELEASES_SIGN_OFF, of=the_release)
@require_POST
def sign(request: HttpRequest, release: Release, kind: str) -> HttpResponse:
    gate = next((one for one in checkpoints_of(release) if one.kind == kind), None)
    if gate is None:
        raise NotFound
    gate.release = release
    form = NoteForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    return act(
        request,
        lambda: services.sign_off(checkpoint=gate, actor=actor(request), note=note),
        _("The checkpoint is signed off."),
        to=_page_of(release),
    )


@require(Permission.RELEASES_EDIT, of=the_release)
@require_POST
def deploy(request: HttpRequest, release: Release) -> HttpResponse:
    return act(
        request,
        lambda: services.deploy_release(release=release, actor=actor(request)),
        _("The release is deployed."),
        to=_page_of(release),
    )


@require(Permission.RELEASES_EDIT, of=the_release)
@require_POST
def cancel(request: HttpRequest, release: Release) -> HttpResponse:
    return act(
        request,
        lambda: services.cancel_release(release=release, actor=actor(request)),
        _("The release is cancelled."),
        to=_page_of(release),
    )
