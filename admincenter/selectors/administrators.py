"""Who administers the platform."""

from uuid import UUID

from accounts.access.models import RoleBinding
from accounts.access.selectors.in_charge import platform_bindings
from mago.core.errors import NotFound

from ..keyset import Listing, Order
from .factors import has_strong_factor

_GRANTED = {"granted": Order(("granted_at", "id"), downwards=True)}


def find_administrators() -> Listing:
    """Each role that is held on the platform, the newest first, and whether its person has a second factor."""
    found = platform_bindings().annotate(has_factor=has_strong_factor("user"))
    return Listing((found,), key=("granted_at", "id"), orders=_GRANTED)


def administrator_for(key: UUID) -> RoleBinding:
    """One of them, or NotFound."""
    found = find_administrators().queries[0].filter(pk=key).first()
    if found is None:
        raise NotFound
    return found  # type: ignore[no-any-return]
