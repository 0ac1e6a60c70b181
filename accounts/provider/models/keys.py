"""The keys that sign what we say about people."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mago.core.crypto import SealedTextField


class Algorithm(models.TextChoices):
    ES256 = "ES256", "ES256"
    EDDSA = "EdDSA", "EdDSA"
    RS256 = "RS256", "RS256"


class SigningKey(models.Model):
    """One of a row of keys. It is published from `created_at` to `published_until`, and the newest of
    those that have reached `signs_from` signs: others have seen it before it does, and see it after."""

    # Its RFC 7638 thumbprint.
    kid = models.CharField(max_length=43, primary_key=True)
    algorithm = models.CharField(_("algorithm"), max_length=10, choices=Algorithm.choices)
    # So that several processes that find one missing make one.
    number = models.PositiveIntegerField()
    private = SealedTextField()
    public = models.JSONField()
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    signs_from = models.DateTimeField()
    published_until = models.DateTimeField(null=True, db_index=True)

    class Meta:
        verbose_name = _("signing key")
        verbose_name_plural = _("signing keys")
        constraints = [
            models.UniqueConstraint(fields=["algorithm", "number"], name="signing_key_once")
        ]
