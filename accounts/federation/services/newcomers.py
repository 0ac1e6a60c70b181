"""Somebody comes for the first time, by a provider that vouches for their address."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from mago.core.errors import Conflict


def new_person(*, email: str, name: str, language: str) -> User:
    """They have a confirmed account without a password. Conflict where another request was quicker."""
    user = User(email=email, name=name, language=language, email_confirmed_at=timezone.now())
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        raise Conflict(code="email_taken") from None
    return user
