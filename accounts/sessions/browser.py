"""A browser is signed in, stays so, and is signed out: what happens to the session of a request."""

from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import login, logout, update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest

from accounts.access.guards import actor
from accounts.models import User
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import NotSignedIn

from .assurance import Proof
from .models import Session
from .store import SessionStore


def session_of(request: HttpRequest) -> SessionStore:
    """The request's session, as the one kind that we have."""
    return cast(SessionStore, request.session)


def open_session(
    request: HttpRequest,
    user: User,
    *,
    method: str,
    proofs: list[str],
    remembered: bool,
    ends_at: datetime | None = None,
) -> None:
    """The browser is signed in as `user`, under a new key. Only the sign-in pipeline calls this."""
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    session = session_of(request)
    # After it, as it may load what the browser's session held before.
    session.method, session.proofs, session.remembered = method, proofs, remembered
    session.ends_at = ends_at
    session.save()


@transaction.atomic
def renew_session(request: HttpRequest) -> None:
    """This session goes on, under a new key, after its person was signed out everywhere by it.

    NotSignedIn where somebody else has signed them out since.
    """
    user, former = actor(request), session_of(request).row
    known = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if known.signed_out_at != user.signed_out_at:
        raise NotSignedIn
    update_session_auth_hash(request, user)
    session_of(request).save()
    if former is not None:
        _stay_the_same(session_of(request), former)


@transaction.atomic
def prove_again(request: HttpRequest, proof: Proof) -> None:
    """Whoever is at the keyboard has just proved again who they are, and stays under a new key.

    When the session was opened stays as it is: proving again does not make it last for ever. NotSignedIn
    where it was ended meanwhile.
    """
    session = session_of(request)
    assert session.row is not None
    former = session.row
    if not Session.objects.select_for_update().filter(pk=former.pk).first():
        raise NotSignedIn
    session.proofs = list(dict.fromkeys([*session.proofs, proof]))
    session.cycle_key()
    session.save()
    _stay_the_same(session, former, created_at=former.created_at)


def _stay_the_same(session: SessionStore, former: Session, **kept: Any) -> None:
    """The new row is the same session to all who know it by its id: applications, for one."""
    assert session.row is not None
    Session.objects.filter(pk=session.row.pk).update(id=former.id, **kept)
    session.row.id = former.id


@transaction.atomic
def close_session(request: HttpRequest) -> None:
    """The browser is signed out; its session row is gone."""
    if request.user.is_authenticated:
        record(Tag.SIGN_OUT, actor=request.user)
    logout(request)
