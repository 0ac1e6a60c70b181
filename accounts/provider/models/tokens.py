"""Tokens, kept as SHA-256 of 256 random bits: reading the tables gives nobody access."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access.facts import Strength
from accounts.access.models import ServiceAccount
from accounts.access.permissions import NAMES
from accounts.access.tenancy import Part
from mago.core.ids import new_id

from .applications import Application

ENDS_SOON = timedelta(days=14)


class TokenFamily(models.Model):
    """All tokens that descend from one sign-in of one person in one program; they live and die together.

    Without an `application` it is an app of our own, signed in through /api/v1/auth: it may do whatever its
    person may. One with an application may do what `scope` says, in the name of its person.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="token_families",
        verbose_name=_("person"),
    )
    application = models.ForeignKey(
        Application,
        models.CASCADE,
        null=True,
        related_name="families",
        verbose_name=_("application"),
    )
    scope = models.CharField(max_length=200, blank=True)
    # The outside resource that access tokens are for (RFC 8707); none: our own API.
    resource = models.CharField(max_length=300, blank=True)
    # The browser's session (`Session.id`) in which it was granted, and when the person had proved who they are.
    session_id = models.UUIDField(null=True, db_index=True)
    authenticated_at = models.DateTimeField(null=True)
    method = models.CharField(_("signed in with"), max_length=40)
    # What was shown, in order (`accounts.sessions.assurance.Proof`, with blanks between), and what it amounts to.
    proofs = models.CharField(_("proved by"), max_length=200, blank=True)
    strength = models.PositiveSmallIntegerField(default=Strength.SINGLE_FACTOR.value)
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

    @property
    def scopes(self) -> list[str]:
        return self.scope.split()

    @property
    def proved_at(self) -> datetime:
        return self.authenticated_at or self.created_at


class AccessToken(models.Model):
    digest = models.CharField(max_length=64, primary_key=True)
    family = models.ForeignKey(TokenFamily, models.CASCADE, related_name="access_tokens")
    # What of the family's scope it was asked for.
    scope = models.CharField(max_length=200, blank=True)
    expires_at = models.DateTimeField(db_index=True)


class ClientToken(models.Model):
    """An access token of an application for itself (client credentials): it acts as its service account."""

    digest = models.CharField(max_length=64, primary_key=True)
    application = models.ForeignKey(Application, models.CASCADE, related_name="client_tokens")
    scope = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)


class RefreshToken(models.Model):
    """`rotated_at` is set by whoever turns it in first; turning it in later than the grace is theft."""

    digest = models.CharField(max_length=64, primary_key=True)
    family = models.ForeignKey(TokenFamily, models.CASCADE, related_name="refresh_tokens")
    expires_at = models.DateTimeField(db_index=True)
    rotated_at = models.DateTimeField(null=True)


class ApiToken(Part):
    """A service account's proof. It may use what the account may, of that only `permissions`, and unless
    told otherwise only those that read."""

    part_of = ("service_account",)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    service_account = models.ForeignKey(ServiceAccount, models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    permissions = models.JSONField(_("permissions"), null=True)
    read_only = models.BooleanField(_("may only read"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    expires_at = models.DateTimeField(_("ends"), db_index=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)
    last_used_at = models.DateTimeField(_("last used"), null=True)
    last_used_from = models.GenericIPAddressField(_("last used from"), null=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        indexes = [
            models.Index(fields=["service_account", "-created_at", "-id"], name="api_token_newest"),
            models.Index(fields=["-created_at", "-id"], name="api_token_newest_of_all"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_ended(self) -> bool:
        return self.expires_at <= timezone.now()

    @property
    def ends_soon(self) -> bool:
        """In so few days that somebody should make another."""
        return self.expires_at <= timezone.now() + ENDS_SOON

    @property
    def permits(self) -> frozenset[str]:
        """The most that a request with this token may use, whatever the account's roles allow."""
        names = NAMES if self.permissions is None else frozenset(self.permissions) & NAMES
        return frozenset(name for name in names if name.endswith(":read") or not self.read_only)
