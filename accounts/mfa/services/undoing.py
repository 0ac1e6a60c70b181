"""What a thief may have set up is taken back."""

from datetime import datetime

from accounts.models import User
from mago.audit.services import record
from mago.audit.tags import Tag

from ..models import Kind, RecoveryDevice, TrustedBrowser, model_of
from ..selectors import SECOND_FACTORS


def take_back_factors(user: User, *, since: datetime) -> None:
    """No factor and no set of recovery codes that was made since then opens anything, nor any trusted browser.

    No policy and no last way in stands against it: what a thief set up is none of the person's.
    """
    TrustedBrowser.objects.filter(user=user).delete()
    if RecoveryDevice.objects.filter(user=user, created_at__gte=since).exists():
        user.recovery_codes.filter(issued_by=None).delete()
    for kind in (*SECOND_FACTORS, Kind.RECOVERY):
        for factor in model_of(kind).objects.filter(user=user, created_at__gte=since):
            factor.delete()
            record(Tag.FACTOR_REMOVED, target=user, kind=factor.kind.value, name=factor.name)
