"""An organization's identity providers, whom they have vouched for, and the sessions that hang on them."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access.models import RoleBinding, RoleField
from accounts.access.scope import Scope
from accounts.access.tenancy import TenantManager
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


class OtherWay(models.Model):
    """Somebody signed in otherwise than by the provider of their domain: once it is enforced, they could not."""

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


class GroupRole(models.Model):
    """Who is in `group` there, exactly so written, holds `role` here."""

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
