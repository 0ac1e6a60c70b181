"""The questions between a proved first factor and an open door, in the order of `STAGES`."""

from typing import NoReturn

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.federation.enterprise.services import note_session
from accounts.models import User
from accounts.sessions import browsers
from accounts.sessions.browser import session_of
from accounts.sessions.models import Session
from accounts.sessions.pipeline import STATE, PageDoor, Stage, finish
from accounts.standing.selectors import why_shut_out
from mago.audit.services import Outcome, record
from mago.audit.tags import Tag
from mago.core.errors import Forbidden

from .services.new_device import remember_program, tell_of_new_device

STAGES = [
    "accounts.signin.stages.ActiveStage",
    "accounts.signin.stages.ConfirmedStage",
    "accounts.signin.stages.MethodStage",
    "accounts.federation.enterprise.stages.ProviderStage",
    "accounts.mfa.stages.FactorStage",
    "accounts.mfa.stages.EnrolStage",
    "accounts.signin.stages.PolicyStage",
    "accounts.federation.enterprise.stages.BreakGlassStage",
    "accounts.signin.stages.FactsStage",
]


class ActiveStage(Stage):
    """Nobody who is disabled or shut out gets in, by whatever door."""

    key = "mago_active"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        user = self.login.user
        if shut_out := why_shut_out(user):
            code, words = shut_out
            refuse(user, words, code)
        return None, True


class ConfirmedStage(Stage):
    """Nobody gets in by an address that nobody has proved."""

    key = "mago_confirmed"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        user = self.login.user
        if not user.is_confirmed:
            record(
                Tag.SIGN_IN_REFUSED,
                actor=user,
                target=user,
                outcome=Outcome.REFUSED,
                reason="unconfirmed",
            )
            raise Forbidden(
                _("Confirm your e-mail address first: open the link in the mail we sent."),
                code="email_unconfirmed",
            )
        return None, True


class MethodStage(Stage):
    """Nobody gets in by a door that their organizations have closed; told before anything more is asked."""

    key = "mago_method"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        if not self.demand.allows_method(self.sign_in.method):
            if not self.demand.leaves_a_way:
                words = _(
                    "The sign-in policies that concern you exclude each other. Ask an administrator of one of your organizations to change one of them, or to end your membership."
                )
                refuse(self.login.user, words, "policies_exclude")
            allowed = ", ".join(sorted(self.demand.methods or ()))
            refuse(
                self.login.user,
                _("Your organization does not allow this way of signing in. Allowed: %(methods)s.")
                % {"methods": allowed},
                "method_not_allowed",
            )
        return None, True


class PolicyStage(Stage):
    """Nobody gets in by less than their organizations, roles and sites demand; the refusal says who asks for what."""

    key = "mago_policy"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        demand, sign_in = self.demand, self.sign_in
        if sign_in.strength < demand.strength_at(now := timezone.now()):
            because = ", ".join(demand.because(now))
            refuse(
                self.login.user,
                _("A second factor is demanded by: %(policies)s. Ask your administrator.")
                % {"policies": because},
                "factor_required",
            )
        return None, True


def refuse(user: User, words: str, code: str) -> NoReturn:
    """The sign-in ends here; the audit says why."""
    record(Tag.SIGN_IN_REFUSED, actor=user, target=user, outcome=Outcome.REFUSED, reason=code)
    raise Forbidden(words, code=code)


class FactsStage(Stage):
    """Last, asks nothing: hands what is known about the sign-in to the door (allauth passes only the user on),
    and tells its owner where the device is new."""

    key = "mago_facts"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        user = self.login.user
        with transaction.atomic():
            if not self._is_known():
                tell_of_new_device(user)
            response = finish(self.request, user, self.login.state[STATE], self.login.redirect_url)
            if self.sign_in.vouched:
                note_session(self._session(), self.sign_in.vouched)
        return response, False

    def _session(self) -> Session | None:
        """The session that was opened; None for a program, which has tokens."""
        return session_of(self.request).row if isinstance(self.door, PageDoor) else None

    def _is_known(self) -> bool:
        user = self.login.user
        if isinstance(self.door, PageDoor):
            return bool(browsers.known_as(self.request, user.email))
        return remember_program(user)
