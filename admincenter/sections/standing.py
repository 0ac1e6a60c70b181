"""Shutting people and organizations out, and letting them in again: lockdowns, the recycle bin, erasure; and copies."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from accounts.models import User
from accounts.organizations.models import Organization
from accounts.privacy import services as privacy
from accounts.privacy.selectors import copy_for
from accounts.standing import services
from accounts.standing.models import Lockdown
from accounts.standing.selectors import lockdowns as known_lockdowns
from mago.core.errors import NotFound, Refused

from ..forms import LockdownFilters, LockdownForm, ReasonForm
from ..keyset import Listing
from ..pages import list_page
from ..selectors.people import person_for
from ..services import lock_down_organization, lock_down_person
from .organizations.common import organization


@require(Permission.LOCKDOWNS_EDIT)
@require_safe
def lockdowns(request: HttpRequest) -> HttpResponse:
    return list_page(
        request,
        "admincenter/lockdowns/list.html",
        title=_("Lockdowns"),
        filters=LockdownFilters(request.GET),
        find=lambda state="": Listing(
            (known_lockdowns(lifted=state == "lifted"),), key=("started_at", "id")
        ),
    )


@require(Permission.LOCKDOWNS_EDIT)
@require_POST
def lift(request: HttpRequest, lockdown_id: UUID) -> HttpResponse:
    found = Lockdown.objects.filter(pk=lockdown_id).first()
    if found is None:
        raise NotFound
    return _with_reason(
        request,
        lambda reason: services.lift_lockdown(lockdown=found, reason=reason, actor=actor(request)),
        _("The lockdown is lifted."),
        "admincenter:lockdowns",
    )


@require(Permission.LOCKDOWNS_EDIT)
@require_POST
def lock_person_down(request: HttpRequest, person_id: UUID) -> HttpResponse:
    person, form = person_for(person_id), LockdownForm(request.POST)
    told = _("%(person)s is locked down: out of everything, and told.") % {"person": person}
    return _with_reason(
        request,
        lambda reason: lock_down_person(
            person=person,
            reason=reason,
            with_api_tokens=form.cleaned_data["with_api_tokens"],
            actor=actor(request),
        ),
        told,
        "admincenter:person",
        person.pk,
        form=form,
    )


@require(Permission.LOCKDOWNS_EDIT)
@require_POST
def lock_organization_down(request: HttpRequest, slug: str) -> HttpResponse:
    whose: Organization = organization(request, slug)
    told = _("%(organization)s is locked down: its people, programs and hubs are out.")
    return _with_reason(
        request,
        lambda reason: lock_down_organization(
            organization=whose, reason=reason, actor=actor(request)
        ),
        told % {"organization": whose},
        "admincenter:organization",
        slug,
    )


@require(Permission.PEOPLE_DELETE)
@require_POST
def delete(request: HttpRequest, person_id: UUID) -> HttpResponse:
    person = person_for(person_id)
    return _with_reason(
        request,
        lambda reason: services.delete_person(person=person, reason=reason, actor=actor(request)),
        _("%(person)s lies in the recycle bin.") % {"person": person},
        "admincenter:person",
        person.pk,
    )


@require(Permission.PEOPLE_DELETE)
@require_POST
def restore(request: HttpRequest, person_id: UUID) -> HttpResponse:
    person = person_for(person_id)
    return _act(
        request,
        lambda: services.restore_person(person=person, actor=actor(request)),
        _("%(person)s is restored, and can sign in again.") % {"person": person},
        "admincenter:person",
        person.pk,
    )


@require(Permission.PEOPLE_DELETE)
@require_POST
def erase(request: HttpRequest, person_id: UUID) -> HttpResponse:
    person = person_for(person_id)
    return _with_reason(
        request,
        lambda reason: privacy.ask_for_erasure(person=person, reason=reason, actor=actor(request)),
        _("%(person)s is being erased. Their page is gone in a moment.") % {"person": person},
        "admincenter:person",
        person.pk,
    )


@require(Permission.PEOPLE_EXPORT)
@require_POST
def copy(request: HttpRequest, person_id: UUID) -> HttpResponse:
    person: User = person_for(person_id)
    return _with_reason(
        request,
        lambda reason: privacy.ask_for_copy(person=person, reason=reason, actor=actor(request)),
        _("The copy is being made. It appears on this page once it is done."),
        "admincenter:person",
        person.pk,
    )


@require(Permission.PEOPLE_EXPORT)
@require_POST
def download(request: HttpRequest, person_id: UUID, copy_id: UUID) -> HttpResponseBase:
    found = copy_for(actor(request).pk, copy_id)
    if found.person_id != person_id:
        raise NotFound
    file = privacy.download(found, actor=actor(request))
    return FileResponse(file, as_attachment=True, filename=f"person-{person_id}.json")


def _with_reason(
    request: HttpRequest,
    action: Callable[[str], Any],
    told: str,
    to: str,
    *args: Any,
    form: ReasonForm | None = None,
) -> HttpResponse:
    form = form or ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Nothing was done: give a reason."))
        return redirect(to, *args)
    return _act(request, lambda: action(form.cleaned_data["reason"]), told, to, *args)


def _act(
    request: HttpRequest, action: Callable[[], Any], told: str, to: str, *args: Any
) -> HttpResponse:
    try:
        action()
    except Refused as refusal:
        messages.error(request, str(refusal.detail))
    else:
        messages.success(request, told)
    return redirect(to, *args)
