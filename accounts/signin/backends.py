"""The authentication backend: who a session belongs to. Proving passwords is `services.check_password`."""

from typing import Any
from uuid import UUID

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from accounts.models import User


class PasswordBackend(BaseBackend):
    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:
        """Nobody: the pipeline is the only way in."""
        return

    def get_user(self, user_id: UUID | str) -> User | None:
        """The person while active: disabling somebody ends all their sessions at the next request."""
        return User.objects.filter(pk=user_id, is_active=True).first()
