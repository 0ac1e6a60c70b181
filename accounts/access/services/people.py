"""People are signed out everywhere, disabled and enabled."""

from contextlib import nullcontext

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Conflict, NotSignedIn
from mago.messaging.services import send_mail

from ..principals import forget
from ..refusals import NotPermitted
from ..scope import PLATFORM
from ..selectors.bindings import outranks
from .demands import in_good_hands


@transaction.atomic
def sign_out_everywhere(user: User, *, actor: User | None, reason: str = "") -> None:
    """Every session and every token of this person is void, in every process, at its next request.

    NotSignedIn where the person themselves asks, and was signed out while they did: else a stolen session that
    asks again and again would be renewed after the owner has ended it.
    """
    # Locked first, as a sign-in that has the row may be opening a session: the moment must be a later one.
    known = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if actor == user and known.signed_out_at != user.signed_out_at:
        raise NotSignedIn
    user.signed_out_at = timezone.now()
    user.save(update_fields=["signed_out_at"])
    forget()
    record(Tag.SESSIONS_ENDED, actor=actor, target=user, reason=reason)


@transaction.atomic
def set_active(*, user: User, active: bool, actor: User | None, reason: str = "") -> None:
    """The person can sign in, or is out of every session at the next request and cannot.

    Forbidden for who holds less than the person does; Conflict for oneself and the last administrator.
    `actor` None is the system itself, which does not enable whom an administrator has shut out.
    """
    # Before the person's row, as whoever revokes a role does: they wait for one another, and not both for ever.
    with nullcontext() if active else in_good_hands(PLATFORM):
        user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if user.is_active == active:
            if not active:
                _keep_out(user, actor, reason)
            return
        if active and _is_shut_out(user):
            if actor is None:
                return
            words = _("This account was locked down or deleted: lift that, or restore it.")
            raise Conflict(words, code="shut_out")
        if actor is not None:
            _demand_to_switch(actor, user)
        user.is_active = active
        user.signed_out_at = timezone.now()
        user.save(update_fields=["is_active", "signed_out_at"])
    forget()
    tag = Tag.PERSON_ENABLED if active else Tag.PERSON_DISABLED
    record(tag, actor=actor, target=user, reason=reason)
    template = "access/account_enabled" if active else "access/account_disabled"
    send_mail(template, to=user.email, context={"name": str(user)}, language=user.language)


def _is_shut_out(user: User) -> bool:
    # Lockdowns and the recycle bin lie above; the person knows theirs.
    return user.lockdowns.filter(lifted_at=None).exists() or hasattr(user, "deletion")


def _keep_out(user: User, actor: User | None, reason: str) -> None:
    """Who is disabled while they are shut out is so still when that is lifted."""
    back = [*user.lockdowns.filter(lifted_at=None), getattr(user, "deletion", None)]
    coming = [one for one in back if one is not None and one.was_active]
    if not coming:
        return
    if actor is not None:
        _demand_to_switch(actor, user)
    for one in coming:
        one.was_active = False
        one.save(update_fields=["was_active"])
    record(Tag.PERSON_DISABLED, actor=actor, target=user, reason=reason)


def _demand_to_switch(actor: User, user: User) -> None:
    if user.pk == actor.pk:
        words = _("You cannot disable yourself. Ask another administrator.")
        raise Conflict(words, code="self")
    demand_rank(actor, user)


def demand_rank(actor: User, person: User) -> None:
    """Forbidden unless `actor` holds all that `person` holds."""
    if not outranks(actor, person):
        raise NotPermitted(
            actor,
            lambda: _("This person may do things that you may not. Ask somebody who may."),
            code="outranked",
        )
