"""The link by which the first owner comes in: printed by `bin/run`, never mailed, replaced at each start."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction

from accounts.access.selectors.in_charge import has_owner

from . import tokens
from .tokens import Purpose


@transaction.atomic
def setup_link() -> str | None:
    """A new link that works once, for a day; None when there is an owner. Links printed before work no longer."""
    tokens.revoke(Purpose.SET_UP)
    if has_owner():
        return None
    return f"{settings.MAGO_BASE_URL}/setup/{tokens.issue(Purpose.SET_UP, lifetime=timedelta(days=1))}/"
