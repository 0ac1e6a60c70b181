"""What people grant to applications: on a page, once (codes), and for good (consents)."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.access.facts import Strength
from mago.core.ids import new_id

from .applications import Application
from .tokens import TokenFamily


class Granted(models.Model):
    """Somebody, in a browser's session, let an application have something; what they had proved by then."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    scope = models.CharField(max_length=200, blank=True)
    resource = models.CharField(max_length=300, blank=True)
    session_id = models.UUIDField(null=True)
    method = models.CharField(max_length=40, blank=True)
    proofs = models.CharField(max_length=200, blank=True)
    strength = models.PositiveSmallIntegerField(default=Strength.SINGLE_FACTOR.value)
    authenticated_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(db_index=True)
    # Set by whoever turns it in first.
    redeemed_at = models.DateTimeField(null=True)
    family = models.ForeignKey(TokenFamily, models.SET_NULL, null=True, related_name="+")

    class Meta:
        abstract = True


class AuthorizationCode(Granted):
    digest = models.CharField(max_length=64, primary_key=True)
    redirect_uri = models.CharField(max_length=2000)
    nonce = models.CharField(max_length=300, blank=True)
    code_challenge = models.CharField(max_length=43)


class DeviceGrant(Granted):
    """A device without a browser asks; `user` and `decided_at` say who answered on another one (RFC 8628)."""

    digest = models.CharField(max_length=64, primary_key=True)
    # Eight letters that nobody confuses, without the dash.
    user_code = models.CharField(max_length=8, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    address = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300, blank=True)
    interval = models.PositiveSmallIntegerField(default=5)
    polled_at = models.DateTimeField(null=True)
    decided_at: "models.DateTimeField[datetime | None, datetime | None]" = models.DateTimeField(
        null=True
    )
    is_approved = models.BooleanField(default=False)


class Consent(models.Model):
    """What a person has let an application have, until they take it back."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    application = models.ForeignKey(Application, models.CASCADE, related_name="consents")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="consents")
    scope = models.CharField(max_length=200)
    resource = models.CharField(max_length=300, blank=True)
    granted_at = models.DateTimeField(_("granted"))

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(fields=["user", "application", "resource"], name="consent_once")
        ]


class Participant(models.Model):
    """An application that wants to hear when a browser's session ends, in which it signed somebody in."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    session_id = models.UUIDField()
    created_at = models.DateTimeField(auto_now_add=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Null until the session has ended and telling is due.
    due_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session_id", "application"], name="participant_once")
        ]
