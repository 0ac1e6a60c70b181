"""Who belongs where, who holds which role there, and under which circumstances."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mago.core.ids import new_id

from .permissions import NAMES, PLATFORM_ONLY, Permission
from .roles import RoleName, permissions_of_role
from .scope import Scope
from .tenancy import TenantManager


class RoleField(models.CharField):
    """The name of a built-in role, or the id of a custom one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 40)
        kwargs.setdefault("verbose_name", _("role"))
        super().__init__(*args, **kwargs)


_LABELS: dict[str, Any] = dict(RoleName.choices)


class CustomRole(models.Model):
    """A role that an organization made: a name for a set of permissions."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey("organizations.Organization", models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=60)
    permissions = models.JSONField(_("permissions"), default=list)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects: ClassVar[TenantManager] = TenantManager()

    class Meta:
        verbose_name = _("custom role")
        verbose_name_plural = _("custom roles")
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="role_name_once")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def access_scope(self) -> Scope:
        return Scope(self.organization_id)

    @property
    def granted(self) -> frozenset[Permission]:
        """The permissions that this version of Mago knows and that an organization can hold."""
        names = self.permissions if isinstance(self.permissions, list) else []
        known = {Permission(name) for name in names if isinstance(name, str) and name in NAMES}
        return frozenset(known - PLATFORM_ONLY)


class Condition(models.Model):
    """Circumstances under which a role counts, as a rule of `conditions.py`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey("organizations.Organization", models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=60)
    rule = models.JSONField(_("rule"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects: ClassVar[TenantManager] = TenantManager()

    class Meta:
        verbose_name = _("condition")
        verbose_name_plural = _("conditions")
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="condition_name_once")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def access_scope(self) -> Scope:
        return Scope(self.organization_id)


class Membership(models.Model):
    """`user` belongs to `organization`. What they may do there is said by role bindings."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey("organizations.Organization", models.CASCADE, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="memberships",
        verbose_name=_("person"),
    )
    joined_at = models.DateTimeField(_("joined"), auto_now_add=True)

    objects: ClassVar[TenantManager] = TenantManager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [models.UniqueConstraint(fields=["organization", "user"], name="member_once")]
        indexes = [models.Index(fields=["organization", "-joined_at", "-id"], name="member_newest")]

    def __str__(self) -> str:
        return f"{self.user}"

    @property
    def access_scope(self) -> Scope:
        return Scope(self.organization_id)


class ServiceAccount(models.Model):
    """A program that acts for an organization, with roles of its own and API tokens to prove itself."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey("organizations.Organization", models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=60)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    objects: ClassVar[TenantManager] = TenantManager()

    class Meta:
        verbose_name = _("service account")
        verbose_name_plural = _("service accounts")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"], name="service_account_name_once"
            )
        ]

    is_authenticated = True
    is_anonymous = False

    def __str__(self) -> str:
        return self.name

    @property
    def access_scope(self) -> Scope:
        return Scope(self.organization_id)


class RoleBinding(models.Model):
    """A person or a service account holds a role: on the platform, in an organization, or at a site of it.

    It counts until `expires_at`, and while `condition` holds.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        related_name="role_bindings",
        verbose_name=_("person"),
    )
    service_account = models.ForeignKey(
        ServiceAccount, models.CASCADE, null=True, related_name="role_bindings"
    )
    role = models.CharField(_("role"), max_length=40, choices=RoleName.choices, blank=True)
    custom_role = models.ForeignKey(
        CustomRole, models.CASCADE, null=True, blank=True, related_name="+"
    )
    organization = models.ForeignKey(
        "organizations.Organization", models.CASCADE, null=True, related_name="+"
    )
    site = models.ForeignKey("organizations.Site", models.CASCADE, null=True, related_name="+")
    condition = models.ForeignKey(
        Condition, models.PROTECT, null=True, related_name="+", verbose_name=_("condition")
    )
    expires_at = models.DateTimeField(_("expires"), null=True)
    # Who, what and where in one text: SQLite cannot hold columns unique that may be null.
    key = models.CharField(max_length=255, unique=True, editable=False)
    granted_at = models.DateTimeField(_("granted"), auto_now_add=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("granted by"),
    )

    class Meta:
        verbose_name = _("role binding")
        verbose_name_plural = _("role bindings")
        constraints = [
            models.CheckConstraint(
                condition=Q(user=None) ^ Q(service_account=None), name="binding_of_one_principal"
            ),
            models.CheckConstraint(
                condition=Q(role="") ^ Q(custom_role=None), name="binding_of_one_role"
            ),
            models.CheckConstraint(
                condition=Q(site=None) | Q(organization__isnull=False),
                name="site_within_organization",
            ),
            models.CheckConstraint(
                condition=Q(organization__isnull=False)
                | (Q(custom_role=None) & Q(service_account=None) & Q(condition=None)),
                name="platform_binding_is_plain",
            ),
        ]
        indexes = [models.Index(fields=["organization", "role"], name="binding_in_organization")]

    def __str__(self) -> str:
        return f"{self.user or self.service_account}: {self.role_name}"

    def save(self, **kwargs: Any) -> None:
        parts = (
            self.user_id,
            self.service_account_id,
            self.role,
            self.custom_role_id,
            self.organization_id,
            self.site_id,
        )
        self.key = "/".join(str(part or "") for part in parts)
        super().save(**kwargs)

    @property
    def role_name(self) -> str:
        # Django's get_role_display() goes through all choices for it, and lists ask for fifty.
        return (
            str(self.custom_role) if self.custom_role_id else str(_LABELS.get(self.role, self.role))
        )

    @property
    def role_key(self) -> str:
        """The name of a built-in role, or the id of a custom one."""
        return self.role or str(self.custom_role_id)

    @property
    def permissions(self) -> frozenset[Permission]:
        return (
            self.custom_role.granted
            if self.custom_role
            else permissions_of_role(self.role, on_platform=self.organization_id is None)
        )

    @property
    def scope(self) -> Scope:
        return Scope(self.organization_id, self.site_id)

    @property
    def access_scope(self) -> Scope:
        return self.scope


class Invitation(models.Model):
    """A pending membership: whoever proves that `email` is theirs may accept it, once, until `expires_at`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey("organizations.Organization", models.CASCADE, related_name="+")
    email = models.EmailField(_("e-mail address"), max_length=254)
    role = models.CharField(_("role"), max_length=40, choices=RoleName.choices)
    site = models.ForeignKey("organizations.Site", models.CASCADE, null=True, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("invited"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"))
    closed_at = models.DateTimeField(_("accepted or taken back"), null=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    objects: ClassVar[TenantManager] = TenantManager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "email"],
                condition=Q(closed_at=None),
                name="one_open_invitation",
            )
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def access_scope(self) -> Scope:
        return Scope(self.organization_id)
