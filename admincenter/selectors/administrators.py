"""Who administers the platform, or holds another role on it."""

from uuid import UUID

from django.db.models import Q

from accounts.access.models import RoleBinding
from accounts.access.selectors.in_charge import platform_bindings
from mago.core.errors import NotFound

from ..keyset import Listing, Order
from .factors import has_strong_factor

_GRANTED = {"granted": Order(("granted_at", "id"), downwards=True)}


def find_administrators(*, q: str = "", role: str = "") -> Listing:
    """Each role that is held on the platform, the newest first, and whether its person has a second factor; `q` stands in
    the person's address or name, `role` is a built-in one. They are few."""
    found = platform_bindings().annotate(has_factor=has_strong_factor("user"))
    if role:
        found = found.filter(role=role)
    if q:
        found = found.filter(Q(user__email__icontains=q) | Q(user__name__icontains=q))
    return Listing((found,), key=("granted_at", "id"), orders=_GRANTED)


def administrator_for(key: UUID) -> RoleBinding:
    """One of them, or NotFound."""
    found = find_administrators().queries[0].filter(pk=key).first()
    if found is None:
        raise NotFound
    return found  # type: ignore[no-any-return]
