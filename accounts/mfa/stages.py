"""Two questions of the sign-in pipeline: for the second factor one has, and for one that a policy wants one to have."""

from django.http import HttpResponse
from django.utils import timezone

from accounts.access.facts import Strength
from accounts.access.selectors.in_charge import is_staff
from accounts.models import User
from accounts.organizations.policy import Demand
from accounts.sessions.assurance import Proof
from accounts.sessions.pipeline import Stage

from .selectors import PROOFS, factors_of, kinds_of, reachable
from .trust import is_trusted

# What was shown of these needs no second step beside it.
_SECOND = {Proof.TOTP, Proof.TEXTED_CODE, Proof.RECOVERY_CODE, Proof.PASSKEY, Proof.TRUSTED_BROWSER}
_ENOUGH = {Proof.PASSKEY_VERIFIED, Proof.FEDERATED_FACTORS}


class FactorStage(Stage):
    """Whoever has a second factor gives it, by whatever door they came."""

    key = "mfa"
    urlname = "mfa:verify"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        user, proofs = self.login.user, self.sign_in.proofs
        if set(proofs) & (_SECOND | _ENOUGH):
            return None, True
        # A mailed code is a step only for whoever has nothing else: the mail opens no account by itself.
        if all(PROOFS[kind] in proofs for kind in kinds_of(user)):
            return None, True
        if self._may_trust() and is_trusted(self.request, user):
            self.prove(Proof.TRUSTED_BROWSER)
            return None, True
        return self.pause()

    def _may_trust(self) -> bool:
        return may_trust(self.login.user, self.demand)


class EnrolStage(Stage):
    """Where a policy asks for more than somebody can show, they set it up now instead of being sent away."""

    key = "mfa_enrolment"
    urlname = "mfa:enrol_now"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        demanded = self.demand.strength_at(timezone.now())
        if self.sign_in.strength < demanded and self._may_enrol(demanded):
            return self.pause()
        return None, True

    def _may_enrol(self, demanded: Strength) -> bool:
        proofs = set(self.sign_in.proofs)
        # One who was vouched for, or gave a password, lacks only the factor; else more would not help.
        if not proofs & {Proof.PASSWORD, Proof.FEDERATED}:
            return False
        return Proof.RECOVERY_CODE in proofs or not self._holds(demanded)

    def _holds(self, demanded: Strength) -> bool:
        """Whether they have what is demanded already: then that is to be shown, and not something new beside it."""
        user = self.login.user
        return reachable(factors_of(user, kinds_of(user))) >= demanded


def may_trust(user: User, demand: Demand) -> bool:
    """Whether a trusted browser may stand in for a second factor of this person."""
    demanded = demand.strength_at(timezone.now())
    return demanded < Strength.PHISHING_RESISTANT and not is_staff(user)
