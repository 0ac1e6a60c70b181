"""What is known of a provider, our keys, and what is under way or was used."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access.tenancy import TenantManager
from accounts.federation.enterprise.models import IdentityProvider, SetupTrial
from mago.core.crypto import SealedTextField
from mago.core.ids import new_id


def message_id() -> str:
    """An identifier of ours; one of XML does not begin with a digit."""
    return f"_{new_id().hex}"


class Source(models.TextChoices):
    FILE = "file", _("Metadata file")
    URL = "url", _("Metadata address")
    FIELDS = "fields", _("Fields")


class Comparison(models.TextChoices):
    """Core, section 3.3.2.2.1."""

    EXACT = "exact", _("exactly one of them")
    MINIMUM = "minimum", _("one of them, or a stronger one")


class SamlProvider(models.Model):
    """What an identity provider of the kind SAML says of itself, and how it is asked.

    `certificates` (PEM) are of all keys that its signatures are believed from: two, while it changes them.
    Its metadata is fetched anew from `metadata_url`; other keys in it count only where the key of
    `metadata_certificate` has signed it. Somebody is who the attribute `subject_attribute` says, exactly,
    or, where it is empty, the NameID.
    """

    provider = models.OneToOneField(
        IdentityProvider, models.CASCADE, primary_key=True, related_name="saml"
    )
    # As in the provider's row; so that one organization cannot have two providers of one identifier.
    organization = models.ForeignKey("organizations.Organization", models.CASCADE, related_name="+")
    source = models.CharField(max_length=10, choices=Source)
    entity_id = models.CharField(_("entity ID"), max_length=1024)
    sign_on_url = models.CharField(_("sign-in address"), max_length=2000)
    sign_on_binding = models.CharField(max_length=100)
    logout_url = models.CharField(_("logout address"), max_length=2000, blank=True)
    logout_binding = models.CharField(max_length=100, blank=True)
    logout_response_url = models.CharField(max_length=2000, blank=True)
    certificates: Any = models.JSONField(default=list)
    metadata_url = models.CharField(_("metadata address"), max_length=2000, blank=True)
    metadata_certificate = models.TextField(blank=True)
    refreshed_at = models.DateTimeField(null=True)
    refresh_problem = models.CharField(max_length=500, blank=True)
    name_id_format = models.CharField(_("NameID format"), max_length=100, blank=True)
    subject_attribute = models.CharField(_("attribute that identifies"), max_length=500, blank=True)
    context_classes: Any = models.JSONField(default=list)
    comparison = models.CharField(max_length=10, choices=Comparison, default=Comparison.EXACT)
    always_asks = models.BooleanField(_("people are asked again at each sign-in"), default=False)

    objects: ClassVar[TenantManager] = TenantManager()

    class Meta:
        verbose_name = _("SAML provider")
        verbose_name_plural = _("SAML providers")
        constraints = [
            models.UniqueConstraint(fields=["organization", "entity_id"], name="saml_issuer_once")
        ]

    def __str__(self) -> str:
        return self.entity_id


class OwnKey(models.Model):
    """A key of ours for one organization: it signs what we send, and opens what is encrypted for us.

    The current one signs. The next one stands in the metadata beside it, so that providers know it before it
    signs; the previous one still opens what a provider encrypts that has not looked since.
    """

    class State(models.TextChoices):
        NEXT = "next", _("next")
        CURRENT = "current", _("current")
        PREVIOUS = "previous", _("previous")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey("organizations.Organization", models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=State)
    private_key = SealedTextField()
    certificate = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    objects: ClassVar[TenantManager] = TenantManager()

    class Meta:
        verbose_name = _("SAML key")
        verbose_name_plural = _("SAML keys")
        constraints = [
            models.UniqueConstraint(fields=["organization", "state"], name="saml_key_of_state_once")
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.state}"

    @property
    def fingerprint(self) -> str:
        """Of its certificate, SHA-256, as most programs show it."""
        from .protocol.keys import read_certificate

        return read_certificate(self.certificate).fingerprint


class Request(models.Model):
    """A browser was sent to a provider and has not come back: one row, spent by its return.

    `handle` is the digest of the relay state; `request_id` is what a response must answer; where people
    begin at the provider, nobody has seen it. `answer` is what a response that was believed says, until the browser
    comes for it with its cookies, which do not come with a form of another site.
    """

    class Purpose(models.TextChoices):
        SIGN_IN = "sign_in", _("Sign in")
        PROVE = "prove", _("Prove again")
        TEST = "test", _("Test")

    handle = models.CharField(max_length=64, primary_key=True)
    request_id = models.CharField(max_length=64, unique=True, default=message_id)
    browser = models.CharField(max_length=64)
    provider = models.ForeignKey(IdentityProvider, models.CASCADE, related_name="+")
    version = models.PositiveIntegerField()
    purpose = models.CharField(max_length=10, choices=Purpose)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    trial = models.ForeignKey(SetupTrial, models.CASCADE, null=True, related_name="+")
    next_url = models.TextField(blank=True)
    asks_again = models.BooleanField(default=False)
    answer = SealedTextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)


class LogoutAttempt(models.Model):
    """A provider was told of a sign-out here; its answer names the request, and spends it."""

    request_id = models.CharField(max_length=64, primary_key=True)
    provider = models.ForeignKey(IdentityProvider, models.CASCADE, related_name="+")
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)


class SpentMessage(models.Model):
    """An assertion or a logout's request of a provider was used: `digest` names both. Kept while it could be shown."""

    digest = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField(db_index=True)
