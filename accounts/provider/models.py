"""Tokens, kept as SHA-256 of 256 random bits: reading the tables gives nobody access."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mago.core.ids import new_id


class TokenFamily(models.Model):
    """All tokens that descend from one sign-in of one person in one program; they live and die together."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="token_families", verbose_name=_("person"))
    method = models.CharField(_("signed in with"), max_length=40)
    address = models.GenericIPAddressField(_("address"), null=True)
    user_agent = models.CharField(_("program"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("signed in"), auto_now_add=True)
    last_used_at = models.DateTimeField(_("last used"))
    expires_at = models.DateTimeField(_("ends"), db_index=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    class Meta:
        verbose_name = _("token family")
        verbose_name_plural = _("token families")
        indexes = [models.Index(fields=["user", "-last_used_at"], name="family_of_user")]


class AccessToken(models.Model):
    digest = models.CharField(max_length=64, primary_key=True)
    family = models.ForeignKey(TokenFamily, models.CASCADE, related_name="access_tokens")
    expires_at = models.DateTimeField(db_index=True)


class RefreshToken(models.Model):
    """`rotated_at` is set by whoever turns it in first; turning it in later than the grace is theft."""

    digest = models.CharField(max_length=64, primary_key=True)
    family = models.ForeignKey(TokenFamily, models.CASCADE, related_name="refresh_tokens")
    expires_at = models.DateTimeField(db_index=True)
    rotated_at = models.DateTimeField(null=True)
