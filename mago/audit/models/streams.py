"""Where the trail is sent."""

from urllib.parse import urlsplit

from django.db import models
from django.utils.translation import gettext_lazy as _

from mago.core.crypto import SealedTextField
from mago.core.ids import new_id


class StreamKind(models.TextChoices):
    SYSLOG = "syslog", _("Syslog")
    WEBHOOK = "webhook", _("Webhook")


class AuditStream(models.Model):
    """Somebody elsewhere who is sent each event, in the order of the chain, at least once.

    `position` is the last link they have, but for dead letters. A stream that failed for too long is
    dead: it tries no more until somebody resumes it, and has lost nothing.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=100, unique=True)
    kind = models.CharField(_("kind"), max_length=7, choices=StreamKind)
    address = models.CharField(_("address"), max_length=500)
    secret = SealedTextField(blank=True)
    is_enabled = models.BooleanField(_("enabled"), default=True)
    position = models.BigIntegerField(_("position"), default=0)
    sent_at = models.DateTimeField(_("last sent"), null=True)
    failures = models.IntegerField(_("failures"), default=0)
    failing_since = models.DateTimeField(_("failing since"), null=True)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)
    dead_since = models.DateTimeField(_("gave up"), null=True)
    # How many links are sent at once while it is looked for the one that is refused; None: as many as usual.
    at_once = models.SmallIntegerField(null=True)
    # How often what it says kept the link behind `position` from being taken.
    refusals = models.SmallIntegerField(default=0, db_default=0)
    leased_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("audit stream")
        verbose_name_plural = _("audit streams")

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> str:
        """One of dead, paused, failing, sending."""
        if self.dead_since:
            return "dead"
        if not self.is_enabled:
            return "paused"
        return "failing" if self.failures else "sending"

    @property
    def place(self) -> str:
        """The address as far as anybody may see it: its path may hold a secret."""
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}"


class AuditDeadLetter(models.Model):
    """Links that a receiver refused for what they say: the stream went on behind them.

    What they say stays in the trail: from there they are sent again, until somebody discards them or
    their events are removed.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    stream = models.ForeignKey(AuditStream, models.CASCADE, related_name="letters")
    first = models.BigIntegerField(_("first link"))
    last = models.BigIntegerField(_("last link"))
    reason = models.CharField(_("reason"), max_length=300)
    attempts = models.IntegerField(_("attempts"))
    leased_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(_("set aside"))

    class Meta:
        verbose_name = _("dead letter")
        verbose_name_plural = _("dead letters")

    def __str__(self) -> str:
        return f"{self.first}–{self.last}"
