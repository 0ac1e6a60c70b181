"""Who vouches for people, whom they have vouched for, and what is under way."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mago.core.crypto import SealedTextField
from mago.core.ids import new_id


class Kind(models.TextChoices):
    """The providers of the whole platform. The values are also the methods that sign-in policies name."""

    GOOGLE = "google", "Google"
    MICROSOFT = "microsoft", "Microsoft"
    APPLE = "apple", "Apple"
    OIDC = "oidc", "OpenID Connect"


class SocialProvider(models.Model):
    """What an administrator has set for a kind; the environment, where it names the kind, wins.

    `secret` is the client's secret, Apple's private key (PEM) there. Which of the other fields count
    depends on the kind (`providers`).
    """

    kind = models.CharField(_("kind"), max_length=10, choices=Kind, primary_key=True)
    name = models.CharField(_("name"), max_length=40, blank=True)
    issuer = models.CharField(_("issuer"), max_length=500, blank=True)
    client_id = models.CharField(_("client identifier"), max_length=255)
    secret = SealedTextField()
    tenant = models.CharField(_("tenant"), max_length=40, blank=True)
    trusts_email = models.BooleanField(_("its e-mail addresses are believed"), default=False)
    team_id = models.CharField(_("team identifier"), max_length=20, blank=True)
    key_id = models.CharField(_("key identifier"), max_length=20, blank=True)
    is_enabled = models.BooleanField(_("enabled"), default=False)

    class Meta:
        verbose_name = _("sign-in provider")
        verbose_name_plural = _("sign-in providers")

    def __str__(self) -> str:
        return self.kind


class ExternalIdentity(models.Model):
    """Somebody as their provider knows them: by issuer and subject, exactly, and never by a name or an address."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="external_identities"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    issuer = models.CharField(_("issuer"), max_length=500)
    subject = models.CharField(_("subject"), max_length=255)
    # What the provider said last; it proves nothing, and tells the person which account it is.
    email = models.CharField(_("e-mail address there"), max_length=254, blank=True)
    linked_at = models.DateTimeField(_("linked"), default=timezone.now)
    last_used_at = models.DateTimeField(_("last used"), null=True)

    class Meta:
        verbose_name = _("linked account")
        verbose_name_plural = _("linked accounts")
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="one_person_per_identity")
        ]

    def __str__(self) -> str:
        return self.email or self.subject


class Attempt(models.Model):
    """A browser was sent to a provider and has not come back: one row, spent by its return.

    Found by the digest of `state`, and only together with the browser that it was made for. Issuer
    and client are those that it began with, so that nothing that was changed meanwhile is mixed in.
    """

    class Purpose(models.TextChoices):
        SIGN_IN = "sign_in", _("Sign in")
        LINK = "link", _("Link")
        PROVE = "prove", _("Prove again")

    state = models.CharField(max_length=64, primary_key=True)
    browser = models.CharField(max_length=64)
    kind = models.CharField(max_length=10, choices=Kind)
    purpose = models.CharField(max_length=10, choices=Purpose)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    issuer = models.CharField(max_length=500)
    client_id = models.CharField(max_length=255)
    nonce = models.CharField(max_length=64)
    verifier = SealedTextField()
    next_url = models.TextField(blank=True)
    # What came by a form from another site, until the browser comes with its cookies.
    answer = SealedTextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)


class Confirmation(models.Model):
    """An address that a provider does not vouch for waits for its owner, in the browser that began.

    The secret of the mail alone opens nothing: else somebody could have the owner of an address
    confirm an account that a stranger's identity opens.
    """

    secret = models.CharField(max_length=64, primary_key=True)
    browser = models.CharField(max_length=64)
    kind = models.CharField(max_length=10, choices=Kind)
    issuer = models.CharField(max_length=500)
    subject = models.CharField(max_length=255)
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=150, blank=True)
    language = models.CharField(max_length=10, blank=True)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)
