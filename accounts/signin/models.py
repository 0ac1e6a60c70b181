"""Links that work once, and passwords that were used before."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .passwords.models import FormerPassword

__all__ = ["FormerPassword", "KnownProgram", "OneTimeToken", "PendingSignIn"]


class OneTimeToken(models.Model):
    """A secret that was mailed or printed: kept as SHA-256, good once, for one purpose, until `expires_at`.

    `payload` holds what will be done when it is spent. A sign-up's is the hash of the password that
    was chosen with it: whoever confirms a link gets the password typed by whoever asked for *that*
    link, so that nobody can plant theirs in somebody else's account.
    """

    class Purpose(models.TextChoices):
        SIGN_UP = "sign_up", _("Sign-up")
        RESET_PASSWORD = "reset_password", _("Password reset")
        CHANGE_EMAIL = "change_email", _("Change of e-mail address")
        SET_UP = "set_up", _("First owner")
        LOCK_DOWN = "lock_down", _("This was not me")

    digest = models.CharField(max_length=64, primary_key=True)
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    email = models.EmailField(max_length=254, blank=True)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["email", "purpose"], name="token_of_address")]


class PendingSignIn(models.Model):
    """A program's sign-in between its steps: what the pipeline knows of it, under the digest of its secret."""

    digest = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    state = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)


class KnownProgram(models.Model):
    """A program in which somebody has signed in before; as browsers are known by a cookie, programs are by
    what they call themselves. It opens nothing: a new one is told to its owner."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "digest"], name="program_known_once")
        ]
