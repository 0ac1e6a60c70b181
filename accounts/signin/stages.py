"""The questions between a proved first factor and an open door, in the order of `STAGES`."""

from django.http import HttpResponse
from django.utils.translation import gettext as _

from mago.audit.services import Outcome, record
from mago.audit.tags import Tag
from mago.core.errors import Forbidden

from .pipeline import STATE, Stage, finish

STAGES = ["accounts.signin.stages.ActiveStage", "accounts.signin.stages.ConfirmedStage", "accounts.signin.stages.FactsStage"]


class ActiveStage(Stage):
    """Nobody who is disabled gets in, by whatever door."""

    key = "mago_active"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        user = self.login.user
        if user is None or not user.is_active:
            record(Tag.SIGN_IN_REFUSED, actor=user, target=user, outcome=Outcome.REFUSED, reason="disabled")
            raise Forbidden(_("This account is disabled. Ask your administrator to enable it."), code="account_disabled")
        return None, True


class ConfirmedStage(Stage):
    """Nobody gets in by an address that nobody has proved."""

    key = "mago_confirmed"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        user = self.login.user
        if not user.is_confirmed:
            record(Tag.SIGN_IN_REFUSED, actor=user, target=user, outcome=Outcome.REFUSED, reason="unconfirmed")
            raise Forbidden(_("Confirm your e-mail address first: open the link in the mail we sent."), code="email_unconfirmed")
        return None, True


class FactsStage(Stage):
    """Last, asks nothing: hands what is known about the sign-in to the door (allauth passes only the user on)."""

    key = "mago_facts"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        return finish(self.request, self.login.user, self.login.state[STATE], self.login.redirect_url), False
