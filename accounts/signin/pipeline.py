"""The one way into a session, or to a token: every door ends here.

A door (a page, the API) proves a first factor and calls `sign_in`. The stages of
`stages.py` are walked in order; each lets the person on, or stops with a question. When none stops,
the door is opened: a page gets a session, a program gets tokens. The walk is allauth's; what is
private in allauth is touched in this module and nowhere else.
"""

import time
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

import allauth.account.internal  # noqa: F401  must be imported before allauth.account.stages
from allauth.account.internal.flows.login import perform_login, resume_login
from allauth.account.internal.stagekit import unstash_login
from allauth.account.models import Login
from allauth.account.stages import LoginStage
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url

from accounts.access.facts import Strength
from accounts.models import User
from accounts.sessions.browser import open_session
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.http import remember_language

STATE = "mago"


@dataclass
class SignIn:
    """What is known about a sign-in under way: kept with the pending login, written to the audit at its end."""

    method: str
    strength: int = Strength.SINGLE_FACTOR.value
    remembered: bool = False
    at: float = field(default_factory=time.time)


class Door(Protocol):
    """Where a sign-in ends."""

    def pause(self, request: HttpRequest, stage: "Stage") -> HttpResponse:
        """The answer when `stage` has a question."""

    def open(
        self, request: HttpRequest, user: User, sign_in: SignIn, redirect_url: str | None
    ) -> HttpResponse:
        """The answer when nothing is left to ask. Runs in the transaction of the audit row."""


class PageDoor:
    """A browser gets a session and goes where it wanted to go."""

    def pause(self, request: HttpRequest, stage: "Stage") -> HttpResponse:
        return HttpResponseRedirect(resolve_url(stage.urlname or settings.LOGIN_URL))

    def open(
        self, request: HttpRequest, user: User, sign_in: SignIn, redirect_url: str | None
    ) -> HttpResponse:
        open_session(
            request,
            user,
            method=sign_in.method,
            strength=sign_in.strength,
            remembered=sign_in.remembered,
        )
        response = HttpResponseRedirect(redirect_url or resolve_url(settings.LOGIN_REDIRECT_URL))
        if user.language:
            remember_language(response, user.language)
        return response


class Stage(LoginStage):
    """One question of the pipeline; `handle` gives (None, True) to let the person on."""

    def pause(self) -> tuple[HttpResponse, bool]:
        """The login waits, in the browser's session or the program's transaction, for the answer."""
        return door_of(self.request).pause(self.request, self), True


def door_of(request: HttpRequest) -> Door:
    return getattr(request, "door", None) or PageDoor()


def sign_in(
    request: HttpRequest,
    user: User,
    *,
    method: str,
    remembered: bool = False,
    next_url: str | None = None,
) -> HttpResponseBase:
    """`user` has proved `method`; the answer is the next question, or the open door."""
    login = Login(
        user=user,
        redirect_url=next_url,
        state={STATE: asdict(SignIn(method, remembered=remembered))},
    )
    return perform_login(request, login)


def pending(request: HttpRequest) -> User | None:
    """Whose sign-in is waiting in this browser, if any."""
    login = unstash_login(request, peek=True)
    return login.user if login else None


def resume(request: HttpRequest) -> HttpResponseBase:
    """The waiting sign-in goes on with the stages that are left."""
    login = unstash_login(request)
    if login is None or login.user is None:
        return HttpResponseRedirect(resolve_url(settings.LOGIN_URL))
    return resume_login(request, login)


@transaction.atomic
def finish(
    request: HttpRequest, user: User, facts: dict[str, Any], redirect_url: str | None
) -> HttpResponse:
    """Nothing is left to ask: the door is open, and the audit says so in the same transaction."""
    sign_in = SignIn(**facts)
    record(
        Tag.SIGN_IN_SUCCEEDED,
        actor=user,
        target=user,
        method=sign_in.method,
        remembered=sign_in.remembered,
    )
    return door_of(request).open(request, user, sign_in, redirect_url)
