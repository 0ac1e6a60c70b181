"""An organization's identity providers, and who holds what by their groups."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access.models import RoleField
from accounts.access.scope import Scope
from accounts.access.tenancy import Part, TenantManager
from mago.core.ids import new_id


class Kind(models.TextChoices):
    """The values are also the methods that sign-in policies name (`accounts.access.methods.SignInMethod`)."""

    SAML = "saml", "SAML 2.0"
    LDAP = "ldap", _("LDAP or Active Directory")
    OIDC = "oidc", "OpenID Connect"


class State(models.TextChoices):
    """Of a draft only tests come in; in trial and live people do; of a disabled one nobody."""

    DRAFT = "draft", _("Draft")
    TRIAL = "trial", _("Trial")
    LIVE = "live", _("Live")
    DISABLED = "disabled", _("Disabled")


OPEN = (State.TRIAL, State.LIVE)


class IdentityProvider(models.Model):
    """Somebody whom an organization trusts to say who its people are.

    What only one kind has, such as certificates or servers, stands in a table of that kind's own, one to
    one. `attribute_mapping` says by which attribute what is told (`mapping.py`). Of `required_groups`, if
    there are any, a person must be in one; `default_role` is what everybody holds who comes by it.
    `version` counts the changes: what was begun with another one is refused.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        "organizations.Organization",
        models.CASCADE,
        related_name="identity_providers",
        verbose_name=_("organization"),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    name = models.CharField(_("name"), max_length=60)
    slug = models.SlugField(_("short name"), max_length=50)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    trusts_second_factor = models.BooleanField(_("its second factor is believed"), default=False)
    # Values of acr, amr or AuthnContextClassRef that say so, beside those that everybody uses (`factors.py`).
    second_factor_values = models.JSONField(default=list, blank=True)
    provisions = models.BooleanField(_("new people get an account"), default=True)
    allow_idp_initiated = models.BooleanField(
        _("people may begin at the provider, without asking here first"), default=False
    )
    attribute_mapping = models.JSONField(_("attributes"), default=dict, blank=True)
    required_groups = models.JSONField(_("groups that may enter"), default=list, blank=True)
    default_role = RoleField(blank=True, verbose_name=_("role of everybody"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    live_at = models.DateTimeField(_("live since"), null=True)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[TenantManager] = TenantManager()

    class Meta:
        verbose_name = _("identity provider")
        verbose_name_plural = _("identity providers")
        constraints = [
            models.UniqueConstraint(fields=["organization", "slug"], name="provider_slug_once")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def access_scope(self) -> Scope:
        return Scope(self.organization_id)

    @property
    def is_open(self) -> bool:
        """Whether people may come in by it, once enterprise sign-on is on for its organization."""
        return self.state in OPEN


class Allowance(models.Model):
    """The platform allows an organization providers of its own. On premises nobody needs it."""

    organization = models.OneToOneField(
        "organizations.Organization", models.CASCADE, primary_key=True, related_name="+"
    )
    allowed_at = models.DateTimeField(default=timezone.now)
    allowed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    objects: ClassVar[TenantManager] = TenantManager()

    class Meta:
        verbose_name = _("permission of enterprise sign-on")
        verbose_name_plural = _("permissions of enterprise sign-on")


class GroupRole(Part):
    """Who is in `group` there, exactly so written, holds `role` here."""

    part_of = ("provider",)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    provider = models.ForeignKey(IdentityProvider, models.CASCADE, related_name="group_roles")
    group = models.CharField(_("group"), max_length=500)
    role = RoleField()

    class Meta:
        verbose_name = _("role of a group")
        verbose_name_plural = _("roles of groups")
        constraints = [
            models.UniqueConstraint(fields=["provider", "group", "role"], name="group_role_once")
        ]

    def __str__(self) -> str:
        return f"{self.group} → {self.role}"
