"""The outbox, and the inbox that stands in for a mail server while Mago is tried out."""

import json
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import ExpressionWrapper, F
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from mago.core.crypto import SealedTextField, unseal
from mago.core.ids import new_id


class Channel(models.TextChoices):
    EMAIL = "email", _("e-mail")
    SMS = "sms", _("SMS")


class Status(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENT = "sent", _("sent")
    DEAD = "dead", _("dead")
    EXPIRED = "expired", _("expired")


class Delivery(models.TextChoices):
    """What the carrier of an SMS reports, in the order in which it happens."""

    QUEUED = "queued", _("with the carrier")
    PASSED_ON = "passed_on", _("passed on to the network")
    DELIVERED = "delivered", _("delivered")
    UNDELIVERED = "undelivered", _("not delivered")
    FAILED = "failed", _("failed")


class MessageManager(models.Manager["Message"]):
    """Rows come with their context still sealed: one that does not open stops no other."""

    def get_queryset(self) -> models.QuerySet["Message"]:
        raw = ExpressionWrapper(F("context"), output_field=models.TextField())
        return super().get_queryset().defer("context").annotate(sealed_context=raw)


class Message(models.Model):
    """A mail or SMS that was promised: written in the transaction it speaks of, delivered after it.

    `context` holds links and codes, so it is sealed, and wiped as soon as it is of no more use. A
    row on lease is due again when its lease ends: `due_at` alone says what is to be done next.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    channel = models.CharField(_("channel"), max_length=5, choices=Channel)
    template = models.CharField(_("template"), max_length=80)
    recipient = models.CharField(_("recipient"), max_length=254)
    language = models.CharField(_("language"), max_length=10)
    context = SealedTextField(blank=True)
    status = models.CharField(_("status"), max_length=7, choices=Status, default=Status.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    leased_until = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(_("expires"), null=True)
    message_id = models.CharField(_("Message-ID"), max_length=300, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), null=True)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)
    gateway = models.CharField(_("gateway"), max_length=20, blank=True)
    # What it is called by whoever carries it on, and what they report of it (`reports.py`).
    carrier_id = models.CharField(max_length=64, blank=True)
    delivery = models.CharField(_("delivery"), max_length=11, choices=Delivery, blank=True)
    delivery_error = models.CharField(_("delivery error"), max_length=20, blank=True)

    objects: ClassVar[MessageManager] = MessageManager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        # Identifiers sort by time (UUIDv7), so newest first is the primary key read backwards.
        ordering: ClassVar[list[str]] = ["-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "due_at"], name="message_due"),
            models.Index(fields=["status", "-id"], name="message_newest"),
            # "Did it go out?", asked for one person.
            models.Index(fields=["recipient", "-id"], name="message_recipient"),
            models.Index(
                fields=["expires_at"],
                condition=models.Q(status=Status.WAITING),
                name="message_urgent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} → {self.recipient}"

    @property
    def _sealed(self) -> str:
        """What the database holds in `context`; rows that were read have it (`MessageManager`)."""
        return getattr(self, "sealed_context", "")

    @property
    def is_useful(self) -> bool:
        """Whether it still has something to say: neither wiped nor expired."""
        is_expired = self.expires_at is not None and self.expires_at <= timezone.now()
        return bool(self._sealed) and not is_expired

    @property
    def can_be_retried(self) -> bool:
        return self.status == Status.DEAD and self.is_useful

    def variables(self) -> dict[str, Any]:
        """What the template is given; `SealBroken` when no key of the ring opens it."""
        field = self._meta.get_field("context")
        assert isinstance(field, SealedTextField)
        text = unseal(self._sealed, purpose=field.purpose)
        context = {"base_url": settings.MAGO_BASE_URL, "product": "Mago", **json.loads(text)}
        # What may lie in no queue, such as a code, is added only now, by whoever sends.
        if path := settings.MESSAGE_COMPLETIONS.get(self.template):
            context = import_string(path)(context)
        return context


class InboxEntry(models.Model):
    """What the inbox gateway received; only the newest are kept."""

    channel = models.CharField(max_length=5, choices=Channel)
    to = models.CharField(max_length=254)
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField()
    html = models.TextField(blank=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]

    def __str__(self) -> str:
        return f"{self.subject} → {self.to}"
