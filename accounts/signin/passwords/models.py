"""Passwords that were replaced, so that they are not taken again (accounts/signin/models.py shows them to Django)."""

from django.conf import settings
from django.db import models


class FormerPassword(models.Model):
    """The hash of a password that a person had before the present one."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="former_passwords")
    hash = models.CharField(max_length=128)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "signin"
        indexes = [models.Index(fields=["user", "-id"], name="former_password_newest")]
