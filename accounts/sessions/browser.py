"""A browser is signed in, stays so, and is signed out: what happens to the session of a request."""

from typing import cast

from django.conf import settings
from django.contrib.auth import login, logout, update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest

from accounts.access.guards import actor
from accounts.models import User
from mago.audit.services import record
from mago.audit.tags import Tag

from .assurance import Proof
from .models import Session
from .store import SessionStore


def session_of(request: HttpRequest) -> SessionStore:
    """The request's session, as the one kind that we have."""
    return cast(SessionStore, request.session)


def open_session(
    request: HttpRequest, user: User, *, method: str, proofs: list[str], remembered: bool
) -> None:
    """The browser is signed in as `user`, under a new key. Only the sign-in pipeline calls this."""
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    session = session_of(request)
    # After it, as it may load what the browser's session held before.
    session.method, session.proofs, session.remembered = method, proofs, remembered
    session.save()


def renew_session(request: HttpRequest) -> None:
    """This session goes on, as a new one, after its person was signed out everywhere."""
    update_session_auth_hash(request, actor(request))
    session_of(request).save()


def prove_again(request: HttpRequest, proof: Proof) -> None:
    """Whoever is at the keyboard has just proved again who they are, and stays under a new key.

    When the session was opened stays as it is: proving again does not make it last for ever.
    """
    session = session_of(request)
    assert session.row is not None
    opened_at = session.row.created_at
    session.proofs = list(dict.fromkeys([*session.proofs, proof]))
    session.cycle_key()
    session.save()
    Session.objects.filter(pk=session.row.pk).update(created_at=opened_at)


@transaction.atomic
def close_session(request: HttpRequest) -> None:
    """The browser is signed out; its session row is gone."""
    if request.user.is_authenticated:
        record(Tag.SIGN_OUT, actor=request.user)
    logout(request)
