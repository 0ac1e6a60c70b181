"""What a person is told of a message that is not believed; the reason itself is for administrators."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.federation.enterprise.models import IdentityProvider
from accounts.federation.enterprise.services import Refused
from accounts.organizations.models import Organization
from mago.audit.services import Outcome, record
from mago.audit.tags import Tag

from ..models import Request
from ..reasons import Reason, Unproved

_START_AGAIN = _(
    "This sign-in took too long, was finished already, or began in another browser. Start again."
)
_WORDS: dict[Reason, str | Promise] = {
    Reason.STATUS: _(
        "Your organization’s provider did not let you through. Ask your administrator."
    ),
    Reason.UNSOLICITED: _("Begin here: give your e-mail address on the sign-in page."),
    Reason.EXPIRED: _START_AGAIN,
    Reason.IN_RESPONSE_TO: _START_AGAIN,
    Reason.NOT_FRESH: _(
        "Your organization’s provider did not ask you again, so this proves nothing."
    ),
    Reason.RELAY_STATE: _START_AGAIN,
    Reason.REPLAYED: _START_AGAIN,
    Reason.REQUEST: _START_AGAIN,
    Reason.SESSION_OVER: _(
        "Your session at your organization’s provider is over. Sign in there again."
    ),
}
_OTHERWISE = _(
    "What your organization’s provider sent could not be verified, so you are not signed in. Start again; if it happens again, tell your administrator."
)


class NotBelieved(Refused):
    """A message of a provider was refused. `provider` is None where it could not be told whose it is; `row` is
    the request that it answers, where it answers one."""

    def __init__(
        self,
        why: Unproved,
        *,
        provider: IdentityProvider | None = None,
        row: Request | None = None,
        raw: bytes = b"",
    ) -> None:
        label = f"{why.reason.label} {why.detail}".strip()
        super().__init__(f"saml_{why.reason.value}", str(_WORDS.get(why.reason, _OTHERWISE)), label)
        self.why, self.provider, self.row, self.raw = why, provider, row, raw


def note_nobody(organization: Organization, refusal: Refused) -> None:
    """The trail tells of a message that is of no provider of the organization."""
    record(
        Tag.ENTERPRISE_SIGN_IN_REFUSED,
        target=organization,
        outcome=Outcome.REFUSED,
        organization_id=organization.pk,
        kind="saml",
        reason=refusal.code,
        why=refusal.for_administrator[:500],
    )
