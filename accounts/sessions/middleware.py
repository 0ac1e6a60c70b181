"""The session cookie: read at the start of a request, written at its end; and whose it is."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.middleware import (
    AuthenticationMiddleware as DjangoAuthenticationMiddleware,
)
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import UpdateError
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject

from accounts.access.methods import Means
from accounts.models import User
from mago.core.context import authenticated

from .browser import session_of
from .store import SessionStore


class AuthenticationMiddleware(DjangoAuthenticationMiddleware):
    """`request.user` is the session's person: Django's would ask the database once more, and know less."""

    def process_request(self, request: HttpRequest) -> None:
        lazy: Any = SimpleLazyObject(lambda: _person(session_of(request)) or AnonymousUser())
        request.user = lazy


def _person(session: SessionStore) -> User | None:
    user = session.user
    if user is not None and session.row is not None:
        row = session.row
        authenticated(via=Means.SESSION, method=row.method, strength=row.strength, at=row.proved_at)
    return user


class SessionMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sent = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        session = request.session = SessionStore(sent)
        response = self.get_response(request)
        if session.accessed:
            patch_vary_headers(response, ["Cookie"])
        if response.status_code >= 500:
            return response
        if session.modified and not session.is_empty():
            try:
                session.save()
            except UpdateError:
                # Ended elsewhere while this request ran: it must not come back to life.
                session.flush()
        elif session.accessed and SESSION_KEY in session:
            session.touch()
        self._write_cookie(response, session, sent)
        return response

    def _write_cookie(
        self, response: HttpResponse, session: SessionStore, sent: str | None
    ) -> None:
        attributes: dict[str, Any] = {
            "path": settings.SESSION_COOKIE_PATH,
            "samesite": settings.SESSION_COOKIE_SAMESITE,
        }
        if session.row is not None and session.session_key != sent:
            response.set_cookie(
                settings.SESSION_COOKIE_NAME,
                session.session_key or "",
                max_age=int(settings.SESSION_REMEMBERED_ABSOLUTE.total_seconds())
                if session.remembered
                else None,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                **attributes,
            )
        elif sent and session.accessed and session.row is None:
            response.delete_cookie(settings.SESSION_COOKIE_NAME, **attributes)
