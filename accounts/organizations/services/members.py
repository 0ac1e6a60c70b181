"""Somebody comes in, and can still sign in afterwards."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import services as access
from accounts.access.models import Membership, RoleBinding
from accounts.models import User
from mago.core.errors import Refused

from ..selectors import demand_on


@transaction.atomic
def accept_invitation(*, secret: str, user: User) -> Membership:
    """As `accounts.access.services` does it; Refused where no way of signing in would be left to them."""
    membership = access.accept_invitation(secret=secret, user=user)
    if not demand_on(user).leaves_a_way:
        words = _(
            "This organization and another that you belong to allow no way of signing in together. You would be locked out."
        )
        raise Refused(words, code="policies_exclude")
    return membership


@transaction.atomic
def grant_on_platform(*, person: User, **terms: Any) -> RoleBinding:
    """As `accounts.access.services` does it; Refused where no way of signing in would be left to them."""
    binding = access.grant_on_platform(person=person, **terms)
    if not demand_on(person).leaves_a_way:
        words = _(
            "The sign-in policies of this role and others that concern this person allow no way of signing in together. They would be locked out."
        )
        raise Refused(words, code="policies_exclude")
    return binding
