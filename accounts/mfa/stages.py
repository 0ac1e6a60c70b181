"""Two questions of the sign-in pipeline: for the second factor one has, and for one that a policy wants one to have."""

from django.http import HttpResponse
from django.utils import timezone

from accounts.access.facts import Strength
from accounts.models import User
from accounts.organizations.policy import Demand
from accounts.organizations.selectors import demand_on
from accounts.sessions.assurance import Proof
from accounts.sessions.pipeline import Stage

from .selectors import administers, kinds_of
from .trust import is_trusted

# What was shown of these needs no second step beside it.
_SECOND = {Proof.TOTP, Proof.TEXTED_CODE, Proof.RECOVERY_CODE, Proof.PASSKEY, Proof.TRUSTED_BROWSER}
_ENOUGH = {Proof.PASSKEY_VERIFIED, Proof.FEDERATED_FACTORS}


class FactorStage(Stage):
    """Whoever has a second factor gives it, by whatever door they came."""

    key = "mfa"
    urlname = "mfa:verify"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        user, proofs = self.login.user, set(self.sign_in.proofs)
        if proofs & (_SECOND | _ENOUGH):
            return None, True
        # A mailed code opened the door, so another one says nothing new; beside anything else it is a step.
        if Proof.MAILED_CODE in proofs and self.sign_in.proofs[0] != Proof.MAILED_CODE:
            return None, True
        kinds = kinds_of(user)
        if self.sign_in.proofs == [Proof.MAILED_CODE]:
            kinds = [kind for kind in kinds if kind != "email"]
        if not kinds:
            return None, True
        if self._may_trust() and is_trusted(self.request, user):
            self.prove(Proof.TRUSTED_BROWSER)
            return None, True
        return self.pause()

    def _may_trust(self) -> bool:
        return may_trust(self.login.user, demand_on(self.login.user))


class EnrolStage(Stage):
    """Where a policy asks for more than somebody can show, they set it up now instead of being sent away."""

    key = "mfa_enrolment"
    urlname = "mfa:enrol_now"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        sign_in = self.sign_in
        demanded = demand_on(self.login.user).strength_at(timezone.now())
        # One who was vouched for, or gave a password, lacks only the factor; else more would not help.
        lacks = sign_in.strength < demanded
        if lacks and {Proof.PASSWORD, Proof.FEDERATED} & set(sign_in.proofs):
            return self.pause()
        return None, True


def may_trust(user: User, demand: Demand) -> bool:
    """Whether a trusted browser may stand in for a second factor of this person."""
    demanded = demand.strength_at(timezone.now())
    return demanded < Strength.PHISHING_RESISTANT and not administers(user)
