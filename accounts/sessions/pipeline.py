"""The one way into a session, or to a token: every door ends here.

A door (a page, the API) proves a first factor and calls `sign_in`. The stages that the adapter
names are walked in order; each lets the person on, or stops with a question. When none stops, the door
is opened: a page gets a session, a program gets tokens. The walk is allauth's; what is private in
allauth is touched in this module and nowhere else.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import allauth.account.internal  # noqa: F401  must be imported before allauth.account.stages
from allauth.account.internal.flows.login import perform_login, resume_login
from allauth.account.internal.stagekit import stash_login, unstash_login
from allauth.account.models import Login
from allauth.account.stages import LoginStage
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.access.facts import Strength
from accounts.models import User
from accounts.organizations.policy import Demand
from accounts.organizations.selectors import demand_on
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Refused
from mago.core.http import remember_language
from mago.core.ids import new_id

from . import browsers
from .assurance import Proof, strength_of
from .browser import open_session
from .people import note_sign_in

STATE = "mago"


@dataclass
class SignIn:
    """What is known about a sign-in under way: kept with the pending login, written to the audit at its end.

    `flow` names it, so that a code sent in one sign-in opens no other. `method` is the door, `proofs`
    what was shown since (`assurance.Proof`), `factors` the rows that were used (`Device.persistent_id`).
    `epoch` is when its person had last been signed out everywhere, as it began; `is_void` asks for it.
    `vouched` is what is kept of the word of an organization's provider, where one let them in.
    """

    method: str
    proofs: list[str]
    factors: list[str] = field(default_factory=list)
    remembered: bool = False
    epoch: float = 0.0
    vouched: dict[str, Any] = field(default_factory=dict)
    flow: str = field(default_factory=lambda: new_id().hex)

    @property
    def strength(self) -> Strength:
        return strength_of(self.proofs)

    @property
    def ends_at(self) -> datetime | None:
        """When the session must be over because of who vouched for it; None where nobody says so."""
        ends_at = self.vouched.get("ends_at")
        return datetime.fromisoformat(ends_at) if ends_at else None

    def is_void(self, user: User | None) -> bool:
        """Whether `user`, as they are now, may go on with it no longer: disabled, or signed out everywhere since.

        So a thief's does not outlive the password that is changed because of him.
        """
        return user is None or not user.is_active or user.signed_out_at.timestamp() != self.epoch


@dataclass(frozen=True)
class Pending:
    """A sign-in that waits for an answer; the person is not signed in."""

    user: User
    sign_in: SignIn
    stage: str


class NothingPending(Refused):
    """No sign-in waits here, or it waited too long."""

    status = 401
    code = "sign_in_expired"
    detail = gettext_lazy("That took too long, or was finished already. Sign in again.")


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
        # Whoever planted a session key in this browser does not get to see the sign-in go on.
        request.session.cycle_key()
        return HttpResponseRedirect(resolve_url(stage.urlname or settings.LOGIN_URL))

    def open(
        self, request: HttpRequest, user: User, sign_in: SignIn, redirect_url: str | None
    ) -> HttpResponse:
        open_session(
            request,
            user,
            method=sign_in.method,
            proofs=sign_in.proofs,
            remembered=sign_in.remembered,
            ends_at=sign_in.ends_at,
        )
        response = HttpResponseRedirect(redirect_url or resolve_url(settings.LOGIN_REDIRECT_URL))
        if user.language:
            remember_language(response, user.language)
        browsers.remember(request, response, user.email)
        return response


class Stage(LoginStage):
    """One question of the pipeline; `handle` gives (None, True) to let the person on."""

    @property
    def sign_in(self) -> SignIn:
        return SignIn(**self.login.state[STATE])

    @property
    def demand(self) -> Demand:
        """What is demanded of this person's sign-ins; asked once for all stages that are walked now."""
        if not hasattr(self.controller, "demand"):
            self.controller.demand = demand_on(self.login.user)
        demand: Demand = self.controller.demand
        return demand

    @property
    def door(self) -> Door:
        return door_of(self.request)

    def prove(self, proof: Proof) -> None:
        """The sign-in goes on with one more proof."""
        _add(self.login, proof)

    def pause(self) -> tuple[HttpResponse, bool]:
        """The login waits, in the browser's session or the program's transaction, for the answer."""
        return self.door.pause(self.request, self), True


def door_of(request: HttpRequest) -> Door:
    return getattr(request, "door", None) or PageDoor()


def sign_in(
    request: HttpRequest,
    user: User,
    *,
    method: str,
    proof: Proof,
    factor: str = "",
    remembered: bool = False,
    vouched: dict[str, Any] | None = None,
    next_url: str | None = None,
) -> HttpResponseBase:
    """`user` has shown `proof` at the door `method`; the answer is the next question, or the open door."""
    factors, epoch = [factor] if factor else [], user.signed_out_at.timestamp()
    begun = SignIn(method, [proof], factors, remembered, epoch, vouched or {})
    return perform_login(
        request, Login(user=user, redirect_url=next_url, state={STATE: vars(begun)})
    )


def pending(request: HttpRequest) -> Pending | None:
    """The sign-in that waits in this browser or transaction, if any."""
    login = unstash_login(request, peek=True)
    if login is None or login.user is None:
        return None
    sign_in = SignIn(**login.state[STATE])
    if sign_in.is_void(login.user):
        return None
    return Pending(login.user, sign_in, login.state.get("stages", {}).get("current", ""))


def resume(request: HttpRequest, proof: Proof | None = None, factor: str = "") -> HttpResponseBase:
    """The waiting sign-in goes on with the stages that are left, with `proof` if one was shown. NothingPending."""
    login = unstash_login(request)
    if login is None or login.user is None:
        raise NothingPending
    if proof is not None:
        _add(login, proof, factor)
    return resume_login(request, login)


def frozen(stage: Stage) -> dict[str, Any]:
    """The sign-in that waits at `stage`, as JSON: for a door that keeps it somewhere else than in a session."""
    state: dict[str, Any] = stage.login.serialize()
    return state


def thaw(request: HttpRequest, state: dict[str, Any]) -> None:
    """The sign-in waits in this request, as it was when it was frozen."""
    stash_login(request, Login.deserialize(state))


def _add(login: Login, proof: Proof, factor: str = "") -> None:
    state = login.state[STATE]
    state["proofs"] = list(dict.fromkeys([*state["proofs"], proof]))
    if factor:
        state["factors"] = list(dict.fromkeys([*state["factors"], factor]))


@transaction.atomic(savepoint=False)
def finish(
    request: HttpRequest, user: User, facts: dict[str, Any], redirect_url: str | None
) -> HttpResponse:
    """Nothing is left to ask: the door is open, and the audit says so in the same transaction.

    NothingPending where the person was signed out everywhere while their proofs were looked at.
    """
    sign_in, user.last_login = SignIn(**facts), timezone.now()
    # Locked by it, so that whoever signs them out at this moment does it before, or sees what was opened.
    if sign_in.is_void(note_sign_in(user.pk, user.last_login)):
        raise NothingPending
    record(
        Tag.SIGN_IN_SUCCEEDED,
        actor=user,
        target=user,
        method=sign_in.method,
        proofs=sign_in.proofs,
        strength=sign_in.strength.name.lower(),
        remembered=sign_in.remembered,
    )
    return door_of(request).open(request, user, sign_in, redirect_url)
