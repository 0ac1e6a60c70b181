"""How an organization's OpenID provider is reached, who is on the way there, and which logouts were heard."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.federation.enterprise.models import IdentityProvider, SetupTrial
from mago.core.crypto import SealedTextField


class OpenIdSettings(models.Model):
    """What only a provider of this kind has. `acr_values`, with blanks between, are asked for, and one must be told."""

    provider = models.OneToOneField(
        IdentityProvider, models.CASCADE, primary_key=True, related_name="openid"
    )
    issuer = models.CharField(_("issuer"), max_length=500)
    client_id = models.CharField(_("client identifier"), max_length=255)
    secret = SealedTextField()
    scopes = models.CharField(_("scopes"), max_length=300, default="openid email profile")
    acr_values = models.CharField(_("demanded acr values"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("settings of an OpenID provider")
        verbose_name_plural = _("settings of OpenID providers")


class OpenIdAttempt(models.Model):
    """A browser was sent to the provider and has not come back: one row, spent by its return.

    Found by the digest of `state`, and only together with the browser that it was made for. With a
    `trial` nobody is let in by it.
    """

    state = models.CharField(max_length=64, primary_key=True)
    browser = models.CharField(max_length=64)
    provider = models.ForeignKey(IdentityProvider, models.CASCADE, related_name="+")
    version = models.PositiveIntegerField()
    trial = models.ForeignKey(SetupTrial, models.CASCADE, null=True, related_name="+")
    nonce = models.CharField(max_length=64)
    verifier = SealedTextField()
    next_url = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)


class HeardLogout(models.Model):
    """A logout token that was obeyed: it is obeyed once (OpenID Connect Back-Channel Logout 1.0, section 2.6)."""

    key = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField(db_index=True)
