"""Shutting people and organizations out, and letting them in again: lockdowns, the recycle bin, erasure; and copies."""

from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from accounts.models import User
from accounts.organizations.models import Organization
from accounts.privacy import services as privacy
from accounts.privacy.selectors import copy_for
from accounts.standing import services
from accounts.standing.selectors import lockdown_for
from mago.core.errors import NotFound

from ..bulk import platform
from ..bulk.ways import way_to_choose
from ..exports import lists
from ..exports.ways import way_to_export
from ..forms import LockdownFilters, LockdownForm
from ..pages import act, list_page
from ..reasons import with_reason
from ..selectors.lockdowns import find_lockdowns
from ..selectors.people import person_for
from ..services import lock_down_organization, lock_down_person
from .organizations.common import organization


@require(Permission.LOCKDOWNS_READ)
@require_safe
def lockdowns(request: HttpRequest) -> HttpResponse:
    return list_page(
        request,
        "admincenter/lockdowns/list.html",
        title=_("Lockdowns"),
        filters=LockdownFilters(request.GET),
        find=find_lockdowns,
        **way_to_choose(request, platform.Lockdowns),
        **way_to_export(request, lists.Lockdowns),
    )


@require(Permission.LOCKDOWNS_EDIT)
@require_POST
def lift(request: HttpRequest, lockdown_id: UUID) -> HttpResponse:
    found = lockdown_for(lockdown_id)
    return with_reason(
        request,
        lambda reason: services.lift_lockdown(lockdown=found, reason=reason, actor=actor(request)),
        _("The lockdown is lifted."),
        title=_("Lift"),
        of=found,
        to=reverse("admincenter:lockdowns"),
    )


@require(Permission.LOCKDOWNS_EDIT)
@require_POST
def lock_person_down(request: HttpRequest, person_id: UUID) -> HttpResponse:
    person, form = person_for(person_id), LockdownForm(request.POST)
    told = _("%(person)s is locked down: out of everything, and told.") % {"person": person}
    return with_reason(
        request,
        lambda reason: lock_down_person(
            person=person,
            reason=reason,
            with_api_tokens=form.cleaned_data["with_api_tokens"],
            actor=actor(request),
        ),
        told,
        title=_("Lock this person down"),
        of=person,
        to=_page_of(person),
        form=form,
    )


@require(Permission.LOCKDOWNS_EDIT)
@require_POST
def lock_organization_down(request: HttpRequest, slug: str) -> HttpResponse:
    whose: Organization = organization(request, slug)
    told = _("%(organization)s is locked down: its people, programs and hubs are out.")
    return with_reason(
        request,
        lambda reason: lock_down_organization(
            organization=whose, reason=reason, actor=actor(request)
        ),
        told % {"organization": whose},
        title=_("Lock this organization down"),
        of=whose,
        to=reverse("admincenter:organization", args=[slug]),
    )


@require(Permission.PEOPLE_DELETE)
@require_POST
def delete(request: HttpRequest, person_id: UUID) -> HttpResponse:
    person = person_for(person_id)
    return with_reason(
        request,
        lambda reason: services.delete_person(person=person, reason=reason, actor=actor(request)),
        _("%(person)s lies in the recycle bin.") % {"person": person},
        title=_("Delete this person"),
        of=person,
        to=_page_of(person),
    )


@require(Permission.PEOPLE_DELETE)
@require_POST
def restore(request: HttpRequest, person_id: UUID) -> HttpResponse:
    person = person_for(person_id)
    return act(
        request,
        lambda: services.restore_person(person=person, actor=actor(request)),
        _("%(person)s is restored, and can sign in again.") % {"person": person},
        to=_page_of(person),
    )


@require(Permission.PEOPLE_DELETE)
@require_POST
def erase(request: HttpRequest, person_id: UUID) -> HttpResponse:
    person = person_for(person_id)
    return with_reason(
        request,
        lambda reason: privacy.ask_for_erasure(person=person, reason=reason, actor=actor(request)),
        _("%(person)s is being erased. Their page is gone in a moment.") % {"person": person},
        title=_("Erase this person"),
        of=person,
        to=_page_of(person),
    )


@require(Permission.PEOPLE_EXPORT)
@require_POST
def copy(request: HttpRequest, person_id: UUID) -> HttpResponse:
    person: User = person_for(person_id)
    return with_reason(
        request,
        lambda reason: privacy.ask_for_copy(person=person, reason=reason, actor=actor(request)),
        _("The copy is being made. It appears on this page once it is done."),
        title=_("Make the copy"),
        of=person,
        to=_page_of(person),
    )


@require(Permission.PEOPLE_EXPORT)
@require_POST
def download(request: HttpRequest, person_id: UUID, copy_id: UUID) -> HttpResponseBase:
    found = copy_for(actor(request).pk, copy_id)
    if found.person_id != person_id:
        raise NotFound
    file = privacy.download(found, actor=actor(request))
    return FileResponse(file, as_attachment=True, filename=f"person-{person_id}.json")


def _page_of(person: User) -> str:
    return reverse("admincenter:person", args=[person.pk])
