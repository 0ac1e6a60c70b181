"""People: find them, see where they are signed in, disable and enable them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from accounts.access.services import set_active
from accounts.mfa.services.administration import issue_recovery_code
from accounts.models import User
from accounts.provider.selectors import family_by_id
from accounts.sessions.selectors import session_of
from mago.core.errors import Refused

from .. import services
from ..bulk.people import People
from ..bulk.ways import way_to_choose
from ..exports import lists
from ..exports.ways import way_to_export
from ..forms import LockdownForm, PeopleFilters, ReasonForm
from ..navigation import permissions
from ..pages import act, list_page, page
from ..reasons import ask_anew, with_reason
from ..selectors.holdings import holdings_of
from ..selectors.people import find_people, person_for
from ..selectors.trail import events_of

EVENTS = 20


@require(Permission.PEOPLE_READ)
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    filters = PeopleFilters(request.GET)
    return list_page(
        request,
        "admincenter/people/list.html",
        title=_("People"),
        filters=filters,
        find=find_people,
        bin_days=settings.RECYCLE_BIN_DAYS,
        may_invite=Permission.MEMBERS_INVITE in permissions(request),
        **way_to_choose(request, People),
        **way_to_export(request, lists.People),
    )


@require(Permission.PEOPLE_READ)
@require_safe
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    found = person_for(person_id)
    services.tell_of_reading(found, actor=actor(request))
    sees_trail = Permission.AUDIT_READ in permissions(request)
    context = {
        "person": found,
        "lockdown_form": LockdownForm(None),
        **holdings_of(found, asker=actor(request)),
        "events": events_of(found, EVENTS) if sees_trail else [],
    }
    return page(request, "admincenter/people/person.html", context)


@require(Permission.PEOPLE_DISABLE)
@require_POST
def disable(request: HttpRequest, person_id: UUID) -> HttpResponse:
    person = person_for(person_id)
    # The button belongs to the form of that name on the person's page, so undoing takes no script.
    told = format_html(
        '{} <button type="submit" class="button small" form="enable-person">{}</button>',
        _("%(person)s is disabled and signed out everywhere.") % {"person": person},
        _("Undo"),
    )
    return with_reason(
        request,
        lambda reason: set_active(user=person, active=False, actor=actor(request), reason=reason),
        told,
        title=_("Disable this person"),
        of=person,
        to=_page_of(person),
    )


@require(Permission.PEOPLE_DISABLE)
@require_POST
def enable(request: HttpRequest, person_id: UUID) -> HttpResponse:
    person = person_for(person_id)
    told = _("%(person)s is enabled and can sign in again.") % {"person": person}
    return _act(
        request, person, lambda: set_active(user=person, active=True, actor=actor(request)), told
    )


@require(Permission.SESSIONS_END)
@require_POST
def end_sessions(request: HttpRequest, person_id: UUID) -> HttpResponse:
    person = person_for(person_id)
    told = _("%(person)s is signed out everywhere.") % {"person": person}
    return _for_a_reason(
        request,
        person,
        lambda reason: services.end_sessions_of(person, actor=actor(request), reason=reason),
        told,
        title=_("Sign out everywhere"),
    )


@require(Permission.SESSIONS_END)
@require_POST
def end_one_session(request: HttpRequest, person_id: UUID, session_id: UUID) -> HttpResponse:
    person = person_for(person_id)
    session = session_of(person, session_id)
    return _act(
        request,
        person,
        lambda: services.end_session_of(session, actor=actor(request)),
        _("That session is ended."),
    )


@require(Permission.SESSIONS_END)
@require_POST
def revoke_program(request: HttpRequest, person_id: UUID, family_id: UUID) -> HttpResponse:
    person = person_for(person_id)
    family = family_by_id(person, family_id)
    return _act(
        request,
        person,
        lambda: services.sign_program_out(family, actor=actor(request)),
        _("That program is signed out."),
    )


@require(Permission.PEOPLE_RECOVER)
@require_POST
def recover(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """The code is shown in the answer to the one request that makes it, and nowhere else."""
    person, form = person_for(person_id), ReasonForm(request.POST)
    if not form.is_valid():
        title = _("Let in without a second factor")
        return ask_anew(request, form, title=title, of=person, to=_page_of(person))
    reason = form.cleaned_data["reason"]
    try:
        code = issue_recovery_code(person=person, actor=actor(request), reason=reason)
    except Refused as refusal:
        messages.error(request, str(refusal.detail))
        return redirect("admincenter:person", person.pk)
    if code is None:
        words = _("Asked for. Another administrator has to grant it on this page within a day.")
        messages.info(request, words)
        return redirect("admincenter:person", person.pk)
    context = {"person": person, "code": code}
    return page(request, "admincenter/people/recovery_code.html", context, status=201)


@require(Permission.PEOPLE_RESET_PASSWORD)
@require_POST
def send_reset(request: HttpRequest, person_id: UUID) -> HttpResponse:
    person = person_for(person_id)
    told = _("A link to set a new password is on its way to %(email)s.") % {"email": person.email}
    return _for_a_reason(
        request,
        person,
        lambda reason: services.send_reset(person=person, actor=actor(request), reason=reason),
        told,
        title=_("Send a password reset"),
    )


def _act(request: HttpRequest, person: User, action: Callable[[], Any], told: str) -> HttpResponse:
    """The person's page says what was done, or why it was not."""
    return act(request, action, told, to=_page_of(person))


def _for_a_reason(
    request: HttpRequest, person: User, action: Callable[[str], Any], told: str, *, title: str
) -> HttpResponse:
    own = person == actor(request)
    return with_reason(request, action, told, title=title, of=person, to=_page_of(person), own=own)


def _page_of(person: User) -> str:
    return reverse("admincenter:person", args=[person.pk])
