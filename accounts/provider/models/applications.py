"""Applications that sign people in through us: OAuth 2 clients (RFC 6749, section 2)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.access.models import ServiceAccount
from accounts.access.scope import Scope
from accounts.access.tenancy import Part
from accounts.organizations.models import Organization, Owned

from .keys import Algorithm


class ApplicationType(models.TextChoices):
    """Whether it can keep a secret (RFC 6749, section 2.1)."""

    PUBLIC = "public", _("Public: runs on people’s devices or in their browsers")
    CONFIDENTIAL = "confidential", _("Confidential: runs on a server")


class AuthMethod(models.TextChoices):
    """How an application proves itself at the token endpoint (OpenID Connect Core 1.0, section 9)."""

    NONE = "none", _("Nothing: it can keep no secret")
    SECRET = "client_secret_basic", _("A secret")
    PRIVATE_KEY = "private_key_jwt", _("A key of its own")


class Application(Owned):
    """`id` is its client_id. One of no organization is the platform's own, and open to everybody;
    an organization's is for its members."""

    organization = models.ForeignKey(  # type: ignore[assignment]
        Organization, models.CASCADE, null=True, related_name="+", verbose_name=_("organization")
    )
    name = models.CharField(_("name"), max_length=60)
    type = models.CharField(_("type"), max_length=12, choices=ApplicationType.choices)
    auth_method = models.CharField(_("proves itself by"), max_length=20, choices=AuthMethod.choices)
    # Its public keys, where it proves itself by one of its own (RFC 7517).
    jwks = models.JSONField(_("public keys"), null=True)
    redirect_uris = models.JSONField(_("redirect addresses"), default=list)
    logout_uris = models.JSONField(_("addresses after signing out"), default=list)
    backchannel_logout_uri = models.CharField(_("back-channel logout"), max_length=500, blank=True)
    grants = models.JSONField(_("grants"), default=list)
    scopes = models.JSONField(_("scopes"), default=list)
    # Addresses of resources of its own, for which it is given JWTs (RFC 8707, RFC 9068).
    resources = models.JSONField(_("resources"), default=list)
    id_token_algorithm = models.CharField(
        _("algorithm"), max_length=10, choices=Algorithm.choices, default=Algorithm.ES256
    )
    # As whom it acts where nobody is at a keyboard.
    service_account = models.ForeignKey(
        ServiceAccount, models.SET_NULL, null=True, related_name="+", verbose_name=_("acts as")
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    # Who said last as whom it acts, and who gave the keys by which it proves itself now.
    pointed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    keyed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="application_name_once"),
            # To a database, one of no organization is unlike every other one.
            models.UniqueConstraint(
                fields=["name"],
                condition=models.Q(organization=None),
                name="platform_application_name_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def client_id(self) -> str:
        return str(self.pk)

    @property
    def access_scope(self) -> Scope:
        return Scope(self.organization_id)

    @property
    def is_public(self) -> bool:
        return self.type == ApplicationType.PUBLIC

    @property
    def is_open(self) -> bool:
        """Whether it works at all; asked with its organization at hand."""
        return self.is_active and (self.organization is None or self.organization.is_active)


class ClientSecret(Part):
    """One of at most two live ones, so that a program can be moved from one to the next."""

    part_of = ("application",)

    digest = models.CharField(max_length=64, primary_key=True)
    application = models.ForeignKey(Application, models.CASCADE, related_name="secrets")
    # 1 or 2: no third one finds a place, however many ask at once.
    slot = models.PositiveSmallIntegerField()
    # Its end, for people to tell one from the other.
    hint = models.CharField(max_length=4)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "slot"], name="two_secrets_at_most")
        ]


class UsedAssertion(models.Model):
    """A JWT by which an application proved itself is taken once (RFC 7523, section 3, jti)."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "digest"], name="assertion_once")
        ]
