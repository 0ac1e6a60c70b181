"""How a provider is set up and tried, and that its certificates end."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access.tenancy import TenantManager
from mago.core.ids import new_id

from .providers import IdentityProvider


class SetupLink(models.Model):
    """A customer's own administrator sets this one provider up without an account, until `expires_at`.

    The link opens once; from then on it is the browser's that opened it, by a secret of its own.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    provider = models.ForeignKey(IdentityProvider, models.CASCADE, related_name="setup_links")
    digest = models.CharField(max_length=64, unique=True)
    browser = models.CharField(max_length=64, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"), db_index=True)
    opened_at = models.DateTimeField(_("opened"), null=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    class Meta:
        verbose_name = _("set-up link")
        verbose_name_plural = _("set-up links")


class SetupTrial(models.Model):
    """One test of a provider: what was checked, and how each check came out (`trials.Check`)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    provider = models.ForeignKey(IdentityProvider, models.CASCADE, related_name="trials")
    # None: by a set-up link.
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    version = models.PositiveIntegerField()
    checks = models.JSONField(default=list)
    # What was told of the person, mapped: as `Asserted.as_json`.
    asserted = models.JSONField(null=True)
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("test of an identity provider")
        verbose_name_plural = _("tests of identity providers")
        indexes = [models.Index(fields=["provider", "-started_at"], name="trial_newest")]


class CertificateAlarm(models.Model):
    """The owners were told of this certificate's end: `mark` (endings.MARKS) is the last at which they were."""

    organization = models.ForeignKey("organizations.Organization", models.CASCADE, related_name="+")
    fingerprint = models.CharField(max_length=95)
    mark = models.PositiveSmallIntegerField()
    told_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[TenantManager] = TenantManager()

    class Meta:
        verbose_name = _("alarm about a provider’s certificate")
        verbose_name_plural = _("alarms about providers’ certificates")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "fingerprint"], name="certificate_alarm_once"
            )
        ]
