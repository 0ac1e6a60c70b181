"""Former passwords, asked before a new one is set."""

from django.conf import settings
from django.contrib.auth.hashers import check_password, is_password_usable

from accounts.models import User

from .models import FormerPassword


def was_used(user: User, password: str) -> bool:
    """Whether `password` is the present one or one of the last `settings.PASSWORD_HISTORY`.

    Costs a hash for each, so it is asked last. May raise `mago.core.errors.Busy`.
    """
    return any(check_password(password, known) for known in _hashes(user))


def _hashes(user: User) -> list[str]:
    if not settings.PASSWORD_HISTORY:
        return []
    rows = FormerPassword.objects.filter(user_id=user.pk).order_by("-created_at", "-pk")
    former = rows.values_list("hash", flat=True)[: settings.PASSWORD_HISTORY]
    # The newest row usually is the present hash, unless that was upgraded or set by a command.
    known = dict.fromkeys([user.password, *former])
    return [encoded for encoded in known if encoded and is_password_usable(encoded)]
