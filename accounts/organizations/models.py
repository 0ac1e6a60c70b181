"""Organizations, sites, domains and what they demand of a sign-in."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.access.facts import Attributes, Strength
from accounts.access.models import RoleField
from accounts.access.roles import RoleName
from accounts.access.scope import Scope
from accounts.access.tenancy import TenantManager
from mago.core.ids import new_id, new_secret


class Organization(models.Model):
    """A customer: people belong to it, sites and all else is owned by it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(
        _("short name"), max_length=50, unique=True, help_text=_("Part of addresses; stays.")
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        indexes = [models.Index(fields=["-created_at", "-id"], name="organization_newest")]

    def __str__(self) -> str:
        return self.name

    @property
    def access_scope(self) -> Scope:
        return Scope(self.id)


class Owned(models.Model):
    """What an organization owns; read only through `of(organization)` or a reason to see everybody's."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="+", verbose_name=_("organization")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects: ClassVar[TenantManager] = TenantManager()

    class Meta:
        abstract = True

    @property
    def access_scope(self) -> Scope:
        return Scope(self.organization_id)


class Site(Owned):
    """A place of the organization, with rooms in it. `attributes` are what conditions may ask for."""

    name = models.CharField(_("name"), max_length=100)
    time_zone = models.CharField(_("time zone"), max_length=50, default="UTC")
    attributes = models.JSONField(_("attributes"), default=dict, blank=True)

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="site_name_once")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def access_scope(self) -> Scope:
        return Scope(self.organization_id, self.id)

    @property
    def condition_attributes(self) -> Attributes:
        """As conditions ask for them: `site.country`."""
        return {f"site.{name}": value for name, value in self.attributes.items()}


class Domain(Owned):
    """A mail domain that the organization says is its own; it counts once the DNS shows `challenge`."""

    name = models.CharField(_("domain"), max_length=253)
    challenge = models.CharField(max_length=43, default=new_secret, editable=False)
    proved_at = models.DateTimeField(_("proved"), null=True)
    checked_at = models.DateTimeField(_("last looked up"), null=True)
    failing_since = models.DateTimeField(_("failing since"), null=True)

    class Meta:
        verbose_name = _("domain")
        verbose_name_plural = _("domains")
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="domain_claimed_once"),
            models.UniqueConstraint(
                fields=["name"], condition=Q(proved_at__isnull=False), name="domain_proved_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def record(self) -> tuple[str, str]:
        """Name and text of the TXT record that proves the domain."""
        return f"_mago-challenge.{self.name}", f"mago-domain={self.challenge}"


class SignInPolicy(Owned):
    """What is demanded of sign-ins: of the whole organization, of those who hold a role, or whose role reaches a site.

    An empty field has no opinion. Of all policies that concern a person the strictest wins, field by
    field (`policy.py`). A policy of no organization holds on the whole platform.
    """

    organization = models.ForeignKey(  # type: ignore[assignment]
        Organization, models.CASCADE, null=True, related_name="+", verbose_name=_("organization")
    )
    site = models.ForeignKey(
        Site, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("site")
    )
    role = RoleField(null=True, blank=True)
    # Whom it concerns in one text: SQLite cannot hold columns unique that may be null.
    key = models.CharField(max_length=160, unique=True, editable=False)
    strength = models.PositiveSmallIntegerField(
        _("strength"),
        null=True,
        blank=True,
        choices=[(level.value, level.name) for level in Strength if level],
    )
    methods = models.JSONField(_("allowed methods"), null=True, blank=True)
    authenticators = models.JSONField(_("makes of security key"), null=True, blank=True)
    idle_minutes = models.PositiveIntegerField(
        _("ends after minutes without use"), null=True, blank=True
    )
    absolute_minutes = models.PositiveIntegerField(
        _("ends after minutes in any case"), null=True, blank=True
    )
    single_session = models.BooleanField(_("one session at a time"), default=False)
    grace_until = models.DateTimeField(_("demanded from"), null=True, blank=True)
    # When that moment was set: half of the way there is counted from it.
    grace_from = models.DateTimeField(null=True, editable=False)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("sign-in policy")
        verbose_name_plural = _("sign-in policies")

    def __str__(self) -> str:
        names: dict[str, Any] = dict(RoleName.choices)
        role = names.get(self.role, _("own role")) if self.role else ""
        return " · ".join(
            str(part) for part in (self.organization or _("Platform"), self.site, role) if part
        )

    def save(self, **kwargs: Any) -> None:
        self.key = "/".join(
            str(part or "") for part in (self.organization_id, self.site_id, self.role)
        )
        super().save(**kwargs)


class Mark(models.TextChoices):
    """How near the moment has come from which a strength is demanded."""

    START = "start", _("set")
    HALF = "half", _("half of the way")
    THREE_DAYS = "three-days", _("three days left")
    LAST_DAY = "last-day", _("last day")


class GraceReminder(models.Model):
    """A person was reminded, or needed no reminder, of what `policy` will demand: once for each mark."""

    policy = models.ForeignKey(SignInPolicy, models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    demanded_from = models.DateTimeField()
    mark = models.CharField(max_length=10, choices=Mark)

    class Meta:
        verbose_name = _("reminder of a sign-in policy")
        verbose_name_plural = _("reminders of sign-in policies")
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "demanded_from", "mark", "user"], name="reminded_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.policy_id} {self.mark}"
