"""What people enrolled, and the challenges they are asked with. Secrets are sealed or never stored.

Every factor is a row on django-otp's `Device`, so that its registry (`devices_for_user`) knows all of them.
Challenges are rows, and one UPDATE decides who used one (SECURITY: one-time means one under a race).
"""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device

from accounts.sessions.user_agents import describe
from mago.audit.cleaning import LONGEST_REASON
from mago.core.crypto import SealedTextField
from mago.core.ids import new_id


class Kind(models.TextChoices):
    """The kinds of factors, the strongest first."""

    PASSKEY = "passkey", _("Passkey")
    TOTP = "totp", _("Authenticator app")
    SMS = "sms", _("Code by SMS")
    EMAIL = "email", _("Code by e-mail")
    RECOVERY = "recovery", _("Recovery codes")


class Factor(Device):
    """What all factors have. `confirmed` becomes true when a working code was given once."""

    kind: ClassVar[Kind]

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(_("added"), default=timezone.now)
    last_used_at = models.DateTimeField(_("last used"), null=True)
    # Where it is being set up: nobody confirms what somebody else, who knows its secret, left lying there.
    flow = models.CharField(max_length=64, blank=True)

    class Meta:
        abstract = True

    @property
    def detail(self) -> str:
        """What tells it from others of its kind, masked: it is shown before anybody has signed in."""
        return ""


class TotpDevice(Factor):
    """An authenticator app (RFC 6238): SHA-1, six digits, 30 seconds, as every app understands it."""

    kind = Kind.TOTP

    key = SealedTextField()
    # The last time step that was accepted: each one once, so that a code that was overseen opens nothing.
    last_step = models.BigIntegerField(default=-1)


class EmailDevice(Factor):
    """Codes by e-mail. They show that somebody reads the mail, which is no second factor (`assurance`)."""

    kind = Kind.EMAIL

    address = models.EmailField(_("e-mail address"), max_length=254)

    @property
    def detail(self) -> str:
        name, _at, domain = self.address.partition("@")
        return f"{name[:1]}•••@{domain}"


class SmsDevice(Factor):
    """Codes by SMS to a number in E.164 form."""

    kind = Kind.SMS

    number = models.CharField(_("telephone number"), max_length=16)

    @property
    def detail(self) -> str:
        return f"{self.number[:3]} ••• {self.number[-2:]}"


class Passkey(Factor):
    """A WebAuthn credential. The person's handle (`user.id` of the specification) is the account's UUID."""

    kind = Kind.PASSKEY

    credential_id = models.CharField(max_length=1400, unique=True)
    public_key = models.BinaryField()
    sign_count = models.BigIntegerField(default=0)
    aaguid = models.CharField(max_length=36, blank=True)
    transports = models.JSONField(default=list)
    is_backed_up = models.BooleanField(_("synchronised"), default=False)
    # What registered with user verification can sign in alone.
    is_discoverable = models.BooleanField(default=False)


class RecoveryDevice(Factor):
    """A person's set of recovery codes; there is one at most."""

    kind = Kind.RECOVERY


class RecoveryCode(models.Model):
    """One code of 65 random bits, kept as its MAC, good once.

    An administrator's code has `issued_by` and an end: it lets in somebody who has lost every factor.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="recovery_codes"
    )
    mac = models.CharField(max_length=64, unique=True)
    used_at = models.DateTimeField(null=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    expires_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "used_at"], name="recovery_code_of_user")]


class Challenge(models.Model):
    """A question that was put once: a code that was sent, or random bytes that a passkey is to sign.

    It belongs to one `flow` (a sign-in, a session, a transaction of an app) and answers nothing in another
    (ASVS 6.6.2). A code is derived from `nonce` under the server's key (`codes.py`), so it is stored nowhere.
    """

    class Purpose(models.TextChoices):
        SIGN_IN = "sign_in", _("Sign-in")
        STEP_UP = "step_up", _("Confirmation")
        ENROL = "enrol", _("Enrolment")
        PASSWORDLESS = "passwordless", _("Sign-in without a password")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    purpose = models.CharField(max_length=12, choices=Purpose)
    flow = models.CharField(max_length=64)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    # Which factor is asked (its primary key); None where a passkey may be anybody's, or nothing is enrolled yet.
    factor = models.BigIntegerField(null=True)
    nonce = models.CharField(max_length=64)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["flow", "kind", "-created_at"], name="challenge_of_flow")]


class SmsTally(models.Model):
    """How many SMS went to a place in a period, and how many of their codes were entered (`sms_caps.py`).

    A place is a dial code (+39), a number less its last four digits, or "" for everywhere; a period is a
    month, a day or an hour in UTC (2026-11, 2026-11-22, 2026-11-22T05).
    """

    place = models.CharField(max_length=16, blank=True)
    period = models.CharField(max_length=13)
    sent = models.PositiveIntegerField(default=0)
    entered = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["place", "period"], name="sms_tally_once")
        ]


class TrustedBrowser(models.Model):
    """A browser in which its person need not give the second factor, until it expires, is revoked, or the
    factors or the password change (`fingerprint`). The cookie holds the secret, this row its digest."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    digest = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="trusted_browsers"
    )
    fingerprint = models.CharField(max_length=64)
    user_agent = models.CharField(_("browser"), max_length=300, blank=True)
    address = models.GenericIPAddressField(_("address"), null=True)
    created_at = models.DateTimeField(_("trusted"), default=timezone.now)
    last_used_at = models.DateTimeField(_("last used"), default=timezone.now)
    expires_at = models.DateTimeField(_("until"), db_index=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-last_used_at"], name="trusted_browser_of_user")]

    @property
    def label(self) -> str:
        return describe(self.user_agent)


class RecoveryRequest(models.Model):
    """One administrator asks that somebody be let in; another one grants it (`services/administration.py`)."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    reason = models.CharField(_("reason"), max_length=LONGEST_REASON)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    granted_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["person", "-created_at"], name="recovery_request_of")]


def model_of(kind: str) -> Any:
    """The table of a kind of factor."""
    return _MODELS[Kind(kind)]


_MODELS: dict[Kind, Any] = {
    model.kind: model for model in (Passkey, TotpDevice, SmsDevice, EmailDevice, RecoveryDevice)
}
