"""What we say of ourselves."""

from django.utils import timezone

from accounts.organizations.models import Organization

from .. import addresses
from ..models import OwnKey, message_id
from ..selectors import keys_of
from .signing import signer_for

State = OwnKey.State


def describe(organization: Organization) -> bytes:
    """Our metadata for the organization's providers, signed: with the key that signs, and the one that will.

    What is encrypted for us is to be so for the newest.
    """
    from ..protocol import own_metadata

    signer, keys = signer_for(organization), keys_of(organization)
    live = [keys[state] for state in (State.CURRENT, State.NEXT) if state in keys]
    return own_metadata.write(
        signer,
        document_id=message_id(),
        now=timezone.now(),
        acs_url=addresses.acs_url(organization),
        logout_url=addresses.logout_url(organization),
        signing=[key.certificate for key in live],
        encryption=[live[-1].certificate],
        name="Mago",
    )
