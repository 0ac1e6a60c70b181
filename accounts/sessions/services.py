"""Sessions are opened and ended here, each with its audit row."""

from django.conf import settings
from django.contrib.auth import login, logout, update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest

from accounts.models import User
from mago.audit.services import record
from mago.audit.tags import Tag

from .models import Session


def open_session(request: HttpRequest, user: User, *, method: str, strength: int, remembered: bool) -> None:
    """The browser is signed in as `user`, under a new key. Only the sign-in pipeline calls this."""
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    # After it, as it may load what the browser's session held before.
    request.session.method = method
    request.session.strength = strength
    request.session.remembered = remembered
    request.session.save()


def renew_session(request: HttpRequest) -> None:
    """This session goes on, as a new one, after its person was signed out everywhere."""
    update_session_auth_hash(request, request.user)
    request.session.save()


def prove_again(request: HttpRequest) -> None:
    """Whoever is at the keyboard has just proved again who they are, and stays under a new key.

    When the session was opened stays as it is: proving again does not make it last for ever.
    """
    opened_at = request.session.row.created_at
    request.session.cycle_key()
    request.session.save()
    Session.objects.filter(pk=request.session.row.pk).update(created_at=opened_at)


@transaction.atomic
def close_session(request: HttpRequest) -> None:
    """The browser is signed out; its session row is gone."""
    if request.user.is_authenticated:
        record(Tag.SIGN_OUT, actor=request.user)
    logout(request)


@transaction.atomic
def end_session(session: Session, *, actor: User) -> None:
    """This session is dead at its next request."""
    Session.objects.filter(pk=session.pk).delete()
    record(Tag.SESSION_ENDED, actor=actor, target=session.user, session=str(session.id))
