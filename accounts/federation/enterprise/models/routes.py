"""Whoever has an address of a domain signs in by its provider, and who may come otherwise."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access.tenancy import Part, TenantManager

from .providers import IdentityProvider


class Enforcement(models.TextChoices):
    """Off: people are led to the provider, and may come otherwise. Trial: that is noted. Enforced: they may not."""

    OFF = "off", _("Off")
    TRIAL = "trial", _("Trial")
    ENFORCED = "enforced", _("Enforced")


class DomainRoute(models.Model):
    """Whoever has an address of this domain signs in by this provider, while the domain is proved and the provider open."""

    domain = models.OneToOneField(
        "organizations.Domain", models.CASCADE, primary_key=True, related_name="route"
    )
    provider = models.ForeignKey(IdentityProvider, models.CASCADE, related_name="routes")
    enforcement = models.CharField(
        _("enforcement"), max_length=10, choices=Enforcement, default=Enforcement.OFF
    )
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("route of a domain")
        verbose_name_plural = _("routes of domains")

    def __str__(self) -> str:
        return f"{self.domain_id} → {self.provider_id}"


class OtherWay(Part):
    """Somebody signed in otherwise than by the provider of their domain: once it is enforced, they could not."""

    part_of = ("route",)

    route = models.ForeignKey(DomainRoute, models.CASCADE, related_name="other_ways")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    method = models.CharField(_("signed in with"), max_length=40)
    last_at = models.DateTimeField(_("last"), default=timezone.now)

    class Meta:
        verbose_name = _("sign-in by another way")
        verbose_name_plural = _("sign-ins by another way")
        constraints = [
            models.UniqueConstraint(fields=["route", "user"], name="other_way_once_a_person")
        ]


class BreakGlass(models.Model):
    """An owner who may still sign in when the provider does not work; whoever does so is heard of by all others."""

    organization = models.ForeignKey("organizations.Organization", models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    named_at = models.DateTimeField(_("named"), default=timezone.now)

    objects: ClassVar[TenantManager] = TenantManager()

    class Meta:
        verbose_name = _("emergency account")
        verbose_name_plural = _("emergency accounts")
        constraints = [
            models.UniqueConstraint(fields=["organization", "user"], name="break_glass_once")
        ]
