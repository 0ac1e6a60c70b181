"""Whom the providers have vouched for, and what hangs on their word."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access.models import RoleBinding
from mago.core.ids import new_id

from .providers import IdentityProvider


class EnterpriseIdentity(models.Model):
    """Somebody as a provider knows them: by provider, issuer and subject, exactly, and never by their address.

    It opens nothing once it has ended (`ended_at`). `account_ended_at` is set where its end disabled the
    account, too: with the moment that stands in the account (`User.signed_out_at`), so that it is enabled
    again by the provider only where nobody else has touched it since.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    provider = models.ForeignKey(IdentityProvider, models.CASCADE, related_name="identities")
    issuer = models.CharField(_("issuer"), max_length=1024)
    subject = models.CharField(_("subject"), max_length=512)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="enterprise_identities"
    )
    email = models.CharField(_("e-mail address there"), max_length=254, blank=True)
    # Of what was told last, so that a sync sees what has changed without keeping it.
    attributes_digest = models.CharField(max_length=64, blank=True)
    linked_at = models.DateTimeField(_("linked"), default=timezone.now)
    last_seen_at = models.DateTimeField(_("last seen"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    account_ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("identity of an organization’s provider")
        verbose_name_plural = _("identities of organizations’ providers")
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "issuer", "subject"], name="one_person_per_enterprise_identity"
            )
        ]

    def __str__(self) -> str:
        return self.email or self.subject


class ProvidedRole(models.Model):
    """A role that somebody holds because of their provider: it is taken back with what gave it.

    What was granted by hand has no such row, and stays.
    """

    binding = models.OneToOneField(
        RoleBinding, models.CASCADE, primary_key=True, related_name="provided"
    )
    provider = models.ForeignKey(IdentityProvider, models.CASCADE, related_name="provided_roles")


class ProviderSession(models.Model):
    """A session that was opened by a provider's word, so that the provider can end it (single logout).

    `session_id` is `Session.id`, which stays while keys are changed; `context` what the kind needs to
    tell the provider of a sign-out here (a NameID with its qualifiers, an ID token).
    """

    session_id = models.UUIDField(primary_key=True)
    provider = models.ForeignKey(IdentityProvider, models.CASCADE, related_name="sessions")
    issuer = models.CharField(max_length=1024)
    subject = models.CharField(max_length=512)
    session_index = models.CharField(max_length=512, blank=True)
    context: Any = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("session of a provider")
        verbose_name_plural = _("sessions of providers")
        indexes = [
            models.Index(fields=["provider", "subject"], name="provider_session_of"),
            models.Index(fields=["provider", "session_index"], name="provider_session_index"),
        ]
