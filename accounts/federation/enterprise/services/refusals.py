"""Somebody whom a provider sent is not let in: they are told clearly, and the trail why precisely."""

from typing import Any

from mago.audit.services import Outcome, record
from mago.audit.tags import Tag
from mago.core import errors

from ..asserted import Asserted
from ..models import EnterpriseIdentity, IdentityProvider

LONGEST = 500


class Refused(errors.Refused):
    """`reason` is a word for programs and the trail, `for_person` what the page says, `for_administrator` the
    precise cause, which only the trail and the wizard show. Nothing secret in any of them.

    `ends` is whose identity ends with it, as the provider no longer admits them.
    """

    status = 403

    def __init__(
        self,
        reason: str,
        for_person: str,
        for_administrator: str = "",
        *,
        ends: EnterpriseIdentity | None = None,
    ) -> None:
        super().__init__(for_person, code=reason)
        self.for_administrator = for_administrator or reason
        self.ends = ends


class ElsewhereToo(Refused):
    """The account with this address is more than the organization's, so its owner decides (`linking.py`)."""

    def __init__(self, asserted: Asserted, *words: str) -> None:
        super().__init__("account_elsewhere", *words)
        self.asserted = asserted


def note(provider: IdentityProvider, refusal: errors.Refused, **detail: Any) -> None:
    """The trail tells who was refused, and why.

    Outside of the transaction that the refusal has undone.
    """
    why = refusal.for_administrator if isinstance(refusal, Refused) else str(refusal.detail)
    record(
        Tag.ENTERPRISE_SIGN_IN_REFUSED,
        target=provider,
        outcome=Outcome.REFUSED,
        organization_id=provider.organization_id,
        kind=provider.kind,
        reason=refusal.code,
        why=why[:LONGEST],
        **detail,
    )
