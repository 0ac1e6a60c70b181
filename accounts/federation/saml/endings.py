"""When the certificates end by which a provider and we know one another. No end locks anybody out.

A certificate's key counts as long as it is known here, whatever day stands in it (SAML V2.0 Metadata
Interoperability Profile, section 2.6.1); so all that is left is to say it, and loudly once it is over.
"""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.federation.enterprise.endings import Ending
from accounts.federation.enterprise.models import IdentityProvider

from .models import OwnKey, SamlProvider

_THEIRS = (
    _("The provider’s certificate ends on %(day)s: have the next one ready."),
    _(
        "The provider’s certificate ended on %(day)s. People still come in by its key: give the next certificate before the provider stops signing."
    ),
)
_OURS_AFTER = _(
    "Our own certificate ended on %(day)s, and providers may refuse what we send: change the key now."
)
_OURS = _("Our own certificate ends on %(day)s: prepare the next key.")
_OURS_PREPARED = _(
    "Our own certificate ends on %(day)s: the next key is prepared, have the providers read the metadata and use it."
)


def of(providers: Sequence[IdentityProvider]) -> dict[UUID, list[Ending]]:
    """For each provider the last of its certificates, and the one that we sign with; none before it was set up."""
    from .protocol.keys import read_certificate

    organizations = list({one.organization_id for one in providers})
    rows = SamlProvider.objects.of_any(organizations).filter(provider__in=list(providers))
    ours = _ours(organizations)
    found = {}
    for key, organization_id, pems in rows.values_list("pk", "organization_id", "certificates"):
        last = max((read_certificate(pem) for pem in pems), key=lambda one: one.expires_at)
        theirs = Ending(last.expires_at, last.fingerprint, *_THEIRS)
        found[key] = [theirs, *ours.get(organization_id, [])]
    return found


def _ours(organizations: list[UUID]) -> dict[UUID, list[Ending]]:
    """The certificate of the key that signs, by organization: a next one that nobody uses helps nobody."""
    from .protocol.keys import read_certificate

    keys = OwnKey.objects.of_any(organizations).exclude(state=OwnKey.State.PREVIOUS)
    rows = list(keys.values_list("organization_id", "state", "certificate"))
    prepared = {key for key, state, _pem in rows if state == OwnKey.State.NEXT}
    found = {}
    for key, state, pem in rows:
        if state == OwnKey.State.CURRENT:
            one = read_certificate(pem)
            words = _OURS_PREPARED if key in prepared else _OURS
            found[key] = [Ending(one.expires_at, one.fingerprint, words, _OURS_AFTER)]
    return found
