"""A browser goes to a provider."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.federation.enterprise.models import IdentityProvider, SetupTrial
from accounts.federation.enterprise.services import Refused, demand_open
from accounts.models import User
from mago.core.context import caller
from mago.core.http import network_of
from mago.core.ids import digest, new_secret

from .. import addresses, limits
from ..models import Request
from ..selectors import settings_of
from .signing import signer_for

Purpose = Request.Purpose
# People look for their telephones, and reset passwords on the way.
LIFETIME = timedelta(minutes=15)


@dataclass(frozen=True)
class Departure:
    """Where the browser goes: to `url`; with `fields` by a form that posts them there."""

    url: str
    fields: Mapping[str, str] = field(default_factory=dict)


def begin(
    provider: IdentityProvider,
    *,
    browser: str,
    purpose: Purpose = Purpose.SIGN_IN,
    user: User | None = None,
    trial: SetupTrial | None = None,
    next_url: str = "",
) -> Departure:
    """The way to the provider, with a signed request; one return of this browser is expected. Refused."""
    from ..protocol import messages, redirects
    from ..protocol.names import REDIRECT

    limits.BEGIN_NETWORK.take(network_of(caller().address))
    if purpose != Purpose.TEST:
        demand_open(provider)
    known = settings_of(provider)
    if known is None:
        words = _("Signing in with %(provider)s is not set up yet.")
        raise Refused("not_configured", words % {"provider": provider.name})
    organization, relay_state, now = provider.organization, new_secret(), timezone.now()
    row = Request.objects.create(
        handle=digest(relay_state),
        browser=digest(browser),
        provider=provider,
        version=provider.version,
        purpose=purpose,
        user=user,
        trial=trial,
        next_url=next_url,
        asks_again=known.always_asks or purpose == Purpose.PROVE,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    signer = signer_for(organization)
    message = messages.authn_request(
        signer,
        request_id=row.request_id,
        now=now,
        destination=known.sign_on_url,
        acs_url=addresses.acs_url(organization),
        name_id_format=known.name_id_format,
        force=row.asks_again,
        context_classes=known.context_classes,
        comparison=known.comparison,
    )
    if known.sign_on_binding != REDIRECT:
        sent = {"SAMLRequest": messages.for_form(message, signer), "RelayState": relay_state}
        return Departure(known.sign_on_url, sent)
    url = redirects.write_url(
        known.sign_on_url,
        "SAMLRequest",
        message,
        relay_state=relay_state,
        private_key=signer.private_key,
        certificate=signer.certificate,
    )
    return Departure(url)
