"""Passwords that may not be taken again (accounts/signin/models.py shows them to Django)."""

from django.conf import settings
from django.db import models


class FormerPassword(models.Model):
    """The hash of a password that a person has or had."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="former_passwords"
    )
    hash = models.CharField(max_length=128)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "signin"

    def __str__(self) -> str:
        return f"a password of {self.user_id}, {self.created_at:%Y-%m-%d}"
