"""Who we are towards an organization's providers."""

from typing import TYPE_CHECKING

from accounts.organizations.models import Organization

from .. import addresses
from .keys import current_key

if TYPE_CHECKING:
    from ..protocol.messages import Signer


def signer_for(organization: Organization) -> "Signer":
    """Our name there, and the key with which we sign."""
    from ..protocol.messages import Signer

    key = current_key(organization)
    return Signer(addresses.entity_id(organization), key.private_key, key.certificate)
