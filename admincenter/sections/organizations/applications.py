"""Applications that sign people in through us: registered, changed, disabled, and given secrets."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from accounts.organizations.models import Organization
from accounts.provider import services
from accounts.provider.models import Application
from accounts.provider.scopes import words_for
from mago.core.forms import Form

from ...pages import list_page, submit
from ...selectors.applications import find_applications, secrets_of
from .application_forms import (
    GRANT_LABELS,
    ApplicationFilters,
    ApplicationForm,
    NewApplicationForm,
)
from .common import act, around, get_or_post, organization, owned, section

TAB = "organization_applications"


@require(Permission.APPLICATIONS_READ, of=organization)
@require_safe
def applications(request: HttpRequest, whose: Organization) -> HttpResponse:
    return list_page(
        request,
        "admincenter/organizations/applications.html",
        title=_("Applications"),
        filters=ApplicationFilters(request.GET),
        find=lambda **chosen: find_applications(whose, **chosen),
        **around(request, whose, TAB),
    )


@require(Permission.APPLICATIONS_READ, of=organization)
@require_safe
def application(request: HttpRequest, whose: Organization, application_id: UUID) -> HttpResponse:
    row = _application(request, whose, application_id)
    context = {
        "application": row,
        "secrets": secrets_of(row),
        "grants": [GRANT_LABELS[grant] for grant in GRANT_LABELS if grant in row.grants],
        "words": words_for(row.scopes),
        "issuer": services.issuer(),
    }
    return section(request, whose, "application", context, tab=TAB)


@require(Permission.APPLICATIONS_EDIT, of=organization)
@get_or_post
def create(request: HttpRequest, whose: Organization) -> HttpResponse:
    """The secret, where it has one, is in the answer to the form and nowhere else."""
    form = NewApplicationForm(_sent(request), organization=whose)
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
    back = reverse(f"admincenter:{TAB}", args=[whose.slug])
    context = {"form": form, "title": _("New application"), "back": back}
    return section(request, whose, "form", context, tab=TAB, status=status)


@require(Permission.APPLICATIONS_EDIT, of=organization)
@get_or_post
def edit(request: HttpRequest, whose: Organization, application_id: UUID) -> HttpResponse:
    row = _application(request, whose, application_id)
    form = ApplicationForm(_sent(request), organization=whose, application=row)
    made, status = submit(
        form,
        lambda **data: services.edit_application(application=row, actor=actor(request), **data),
    )
    if made:
        return redirect(_page_of(whose, row))
    title = _("Change %(application)s") % {"application": row.name}
    context = {"form": form, "title": title, "back": _page_of(whose, row)}
    return section(request, whose, "form", context, tab=TAB, status=status)


@require(Permission.APPLICATIONS_EDIT, of=organization)
@require_POST
def disable(request: HttpRequest, whose: Organization, application_id: UUID) -> HttpResponse:
    return _set_active(request, whose, application_id, False, _("The application is disabled."))


@require(Permission.APPLICATIONS_EDIT, of=organization)
@require_POST
def enable(request: HttpRequest, whose: Organization, application_id: UUID) -> HttpResponse:
    return _set_active(request, whose, application_id, True, _("The application is enabled."))


@require(Permission.APPLICATIONS_EDIT, of=organization)
@get_or_post
def create_secret(request: HttpRequest, whose: Organization, application_id: UUID) -> HttpResponse:
    """One more secret, shown in the answer to the form and nowhere else."""
    row = _application(request, whose, application_id)
    form = Form(_sent(request))
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
    return section(request, whose, "form", context, tab=TAB, status=status)


@require(Permission.APPLICATIONS_EDIT, of=organization)
@require_POST
def revoke_secret(
    request: HttpRequest, whose: Organization, application_id: UUID, slot: int
) -> HttpResponse:
    row = _application(request, whose, application_id)
    return act(
        request,
        whose,
        lambda: services.revoke_client_secret(application=row, slot=slot, actor=actor(request)),
        _("The secret is revoked."),
        tab=TAB,
        to=_page_of(whose, row),
    )


def _sent(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _application(request: HttpRequest, whose: Organization, key: UUID) -> Application:
    found: Application = owned(request, whose.slug, Application, key, Permission.APPLICATIONS_READ)
    return found


def _page_of(whose: Organization, row: Application) -> str:
    return reverse("admincenter:application", args=[whose.slug, row.pk])


def _show_secret(
    request: HttpRequest, whose: Organization, row: Application, secret: str
) -> HttpResponse:
    context = {"application": row, "secret": secret, "back": _page_of(whose, row)}
    return section(request, whose, "secret_created", context, tab=TAB, status=201)


def _set_active(
    request: HttpRequest, whose: Organization, key: UUID, active: bool, told: str
) -> HttpResponse:
    row = _application(request, whose, key)
    return act(
        request,
        whose,
        lambda: services.set_application_active(
            application=row, active=active, actor=actor(request)
        ),
        told,
        tab=TAB,
        to=_page_of(whose, row),
    )
