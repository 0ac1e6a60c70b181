"""Somebody whom an organization's provider vouches for: whether they may go on, and what that proves of them."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.sessions.assurance import Proof
from mago.core.errors import Conflict
from mago.core.forms import unusable

from ..asserted import Asserted
from ..factors import is_second_factor
from ..models import EnterpriseIdentity, IdentityProvider
from ..selectors import belongs_elsewhere, holds_more_since, identity_of
from .opening import demand_open
from .provisioning import provision
from .refusals import ElsewhereToo, Refused


@dataclass(frozen=True)
class Admitted:
    """Who goes on to the next question of the sign-in, and what was proved so far."""

    identity: EnterpriseIdentity
    proof: Proof
    asserted: Asserted

    @property
    def vouched(self) -> dict[str, Any]:
        """What the pipeline keeps of it until the door opens (`SignIn.vouched`)."""
        ends_at = self.asserted.session_expires_at
        return {
            "identity": str(self.identity.pk),
            "session_index": self.asserted.session_index,
            "context": dict(self.asserted.context),
            "ends_at": ends_at.isoformat() if ends_at else "",
        }


@transaction.atomic
def admit(*, provider: IdentityProvider, asserted: Asserted, language: str = "") -> Admitted:
    """The person is known here, as the provider says they are now. Refused."""
    demand_open(provider)
    _demand_identity(asserted)
    _demand_group(provider, asserted)
    try:
        identity = provision(
            provider=provider, asserted=asserted, create=provider.provisions, language=language
        )
    except Conflict:
        words = _("Somebody with your address is being let in at this moment. Try again.")
        raise Refused("busy", words, "Two first sign-ins of one person at once.") from None
    if holds_more_since(identity):
        # Inside the transaction, so that nothing of it stays.
        raise ElsewhereToo(
            asserted,
            _(
                "Your account holds a role on the whole platform by now. Sign in to it once by itself, and link it anew."
            ),
            f"{identity.user.email} holds a role on the platform, which was granted after the identity was linked.",
        )
    return Admitted(identity, _proof(provider, identity, asserted), asserted)


def _demand_identity(asserted: Asserted) -> None:
    for name, longest in (("issuer", 1024), ("subject", 512)):
        value = getattr(asserted, name)
        if not 0 < len(value) <= longest or unusable(value):
            raise Refused(
                "no_identity",
                _("Your organization’s provider did not tell us who you are."),
                f"The {name} is empty, too long or unusable: {value[:100]!r}.",
            )


def _demand_group(provider: IdentityProvider, asserted: Asserted) -> None:
    """Refused for whoever is in none of the groups that may enter; who was known has left with it."""
    required = provider.required_groups
    if not required or set(required) & set(asserted.groups):
        return
    raise Refused(
        "not_in_group",
        _("You are in none of the groups that your organization lets in here."),
        f"Required: {', '.join(required)[:200]}. Told: {', '.join(asserted.groups)[:200] or 'none'}.",
        ends=identity_of(provider, asserted.issuer, asserted.subject),
    )


def _proof(provider: IdentityProvider, identity: EnterpriseIdentity, asserted: Asserted) -> Proof:
    """Two factors, where the provider says so, is believed in that, and speaks of somebody who is nobody else's.

    Of whoever belongs to others, too, it proves one factor at most: those have their own demands.
    """
    is_believed = provider.trusts_second_factor and is_second_factor(
        asserted.methods, provider.second_factor_values
    )
    if is_believed and not belongs_elsewhere(identity.user, provider.organization_id):
        return Proof.FEDERATED_FACTORS
    return Proof.FEDERATED
