"""Applications that sign people in through us: registered, changed, disabled, and given secrets.

The same pages serve an organization, among its tabs, and the platform, whose own are of no organization.
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from accounts.provider import services
from accounts.provider.models import Application
from accounts.provider.scopes import words_for
from accounts.provider.selectors import application_for
from mago.core.form_pages import get_or_post, posted
from mago.core.forms import Form
from mago.core.holding import held

from ...bulk import programs
from ...bulk.ways import way_to_choose
from ...exports import lists
from ...exports.ways import way_to_export
from ...once import once, shown_once
from ...pages import act, list_page, page, submit
from ...selectors.applications import find_applications, secrets_of
from ..organizations.common import Owner, around_owner, owner, url_of
from .forms import GRANT_LABELS, ApplicationFilters, ApplicationForm, NewApplicationForm

LIST = "applications"


@require(Permission.APPLICATIONS_READ, of=owner)
@require_safe
def applications(request: HttpRequest, whose: Owner) -> HttpResponse:
    return list_page(
        request,
        "admincenter/applications/list.html",
        title=_("Applications"),
        filters=ApplicationFilters(request.GET),
        find=lambda **chosen: find_applications(whose, **chosen),
        **around_owner(request, whose, LIST),
        **way_to_choose(request, programs.Applications, whose),
        **way_to_export(request, lists.Applications, whose),
    )


@require(Permission.APPLICATIONS_READ, of=owner)
@require_safe
def application(request: HttpRequest, whose: Owner, application_id: UUID) -> HttpResponse:
    row = application_for(actor(request), whose, application_id)
    context = {
        "application": row,
        "here": _page_of(whose, row),
        "secrets": secrets_of(row),
        "grants": [GRANT_LABELS[grant] for grant in GRANT_LABELS if grant in row.grants],
        "words": words_for(row.scopes),
        "issuer": services.issuer(),
    }
    return _show(request, whose, "application", context)


@require(Permission.APPLICATIONS_EDIT, of=owner)
@get_or_post
@once
def create(request: HttpRequest, whose: Owner) -> HttpResponse:
    """The secret, where it has one, is in the answer to the form and nowhere else."""
    form = NewApplicationForm(posted(request), organization=whose)
    made, status = submit(
        form,
        lambda **data: services.create_application(
            organization=whose, actor=actor(request), **data
        ),
    )
    if made and made[1]:
        return _show_secret(request, whose, *made)
    if made:
        return redirect(_page_of(whose, made[0]))
    context = {"form": form, "title": _("New application"), "back": url_of(whose, LIST)}
    return _show(request, whose, "form", context, status=status)


def _application(request: HttpRequest, whose: Owner, application_id: UUID) -> Application:
    return application_for(actor(request), whose, application_id)


@require(Permission.APPLICATIONS_EDIT, of=owner)
@get_or_post
@held(_application)
def edit(request: HttpRequest, whose: Owner, row: Application) -> HttpResponse:
    form = ApplicationForm(posted(request), organization=whose, application=row)
    made, status = submit(
        form,
        lambda **data: services.edit_application(application=row, actor=actor(request), **data),
    )
    if made:
        return redirect(_page_of(whose, row))
    title = _("Change %(application)s") % {"application": row.name}
    context = {"form": form, "title": title, "back": _page_of(whose, row)}
    return _show(request, whose, "form", context, status=status)


@require(Permission.APPLICATIONS_EDIT, of=owner)
@require_POST
def disable(request: HttpRequest, whose: Owner, application_id: UUID) -> HttpResponse:
    return _set_active(request, whose, application_id, False, _("The application is disabled."))


@require(Permission.APPLICATIONS_EDIT, of=owner)
@require_POST
def enable(request: HttpRequest, whose: Owner, application_id: UUID) -> HttpResponse:
    return _set_active(request, whose, application_id, True, _("The application is enabled."))


@require(Permission.APPLICATIONS_EDIT, of=owner)
@get_or_post
@once
def create_secret(request: HttpRequest, whose: Owner, application_id: UUID) -> HttpResponse:
    """One more secret, shown in the answer to the form and nowhere else."""
    row = application_for(actor(request), whose, application_id)
    form = Form(posted(request))
    made, status = submit(
        form, lambda: services.create_client_secret(application=row, actor=actor(request))
    )
    if made:
        return _show_secret(request, whose, row, made)
    context = {
        "form": form,
        "title": _("New secret for %(application)s") % {"application": row.name},
        "back": _page_of(whose, row),
        "button": _("Create the secret"),
    }
    return _show(request, whose, "form", context, status=status)


@require(Permission.APPLICATIONS_EDIT, of=owner)
@require_POST
def revoke_secret(
    request: HttpRequest, whose: Owner, application_id: UUID, slot: int
) -> HttpResponse:
    row = application_for(actor(request), whose, application_id)
    return act(
        request,
        lambda: services.revoke_client_secret(application=row, slot=slot, actor=actor(request)),
        _("The secret is revoked."),
        to=_page_of(whose, row),
    )


def _show(
    request: HttpRequest, whose: Owner, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    context = around_owner(request, whose, LIST) | context
    return page(request, f"admincenter/applications/{template}.html", context, status=status)


def _page_of(whose: Owner, row: Application) -> str:
    return url_of(whose, "application", row.pk)


def _show_secret(request: HttpRequest, whose: Owner, row: Application, secret: str) -> HttpResponse:
    shown_once(request, _page_of(whose, row))
    context = {"application": row, "secret": secret, "back": _page_of(whose, row)}
    return _show(request, whose, "secret_created", context, status=201)


def _set_active(
    request: HttpRequest, whose: Owner, key: UUID, active: bool, told: str
) -> HttpResponse:
    row = application_for(actor(request), whose, key)
    return act(
        request,
        lambda: services.set_application_active(
            application=row, active=active, actor=actor(request)
        ),
        told,
        to=_page_of(whose, row),
    )
