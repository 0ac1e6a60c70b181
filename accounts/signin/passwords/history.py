"""Former passwords: kept when one is replaced, asked before one is set."""

from django.conf import settings
from django.contrib.auth.hashers import check_password, is_password_usable

from accounts.models import User

from .models import FormerPassword


def was_used(user: User, password: str) -> bool:
    """Whether `password` is the present one or one of those before, `settings.PASSWORD_HISTORY` in all.

    Costs a hash for each, so it is asked last. May raise `mago.core.errors.Busy`.
    """
    return any(check_password(password, known) for known in _hashes(user)[: settings.PASSWORD_HISTORY])


def _hashes(user: User) -> list[str]:
    former = FormerPassword.objects.filter(user_id=user.pk).order_by("-id").values_list("hash", flat=True)
    present = [user.password] if user.password and is_password_usable(user.password) else []
    return present + list(former[: settings.PASSWORD_HISTORY])


def keep_former_password(*, user: User) -> None:
    """The present password is among the former ones, the newest `settings.PASSWORD_HISTORY` of which stay.

    To be called before `user.set_password`, in the transaction that saves the new one.
    """
    if user.password and is_password_usable(user.password):
        FormerPassword.objects.create(user_id=user.pk, hash=user.password)
    rows = FormerPassword.objects.filter(user_id=user.pk).order_by("-id")
    kept = list(rows.values_list("id", flat=True)[: settings.PASSWORD_HISTORY])
    FormerPassword.objects.filter(user_id=user.pk).exclude(id__in=kept).delete()
