"""The links that chain events, and what is signed for them. The chain grows a moment after its events, under a lock that
the sealer alone takes (docs/audit-format.md).
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mago.core.crypto import SealedTextField

from .events import AuditEvent


class AuditLink(models.Model):
    """A link of the chain: `hash` covers the event and, through the link before, all earlier ones.

    `mac` is this installation's word for the chain up to here. The event is no database constraint:
    a link whose event is gone is evidence, and old events may be let go while their links stay.
    """

    sequence = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(
        AuditEvent, models.DO_NOTHING, db_constraint=False, related_name="link"
    )
    # Of the event's MAC: no two events share it, so a second one is a copy.
    salt = models.BinaryField(unique=True)
    hash = models.BinaryField()
    mac = models.BinaryField()

    class Meta:
        verbose_name = _("audit link")
        verbose_name_plural = _("audit links")

    def __str__(self) -> str:
        return str(self.sequence)


class AuditKey(models.Model):
    """A key that signs for this installation; `id` is the beginning of its public half's SHA-256.

    `statement` holds the public half, signed by the key before it, or by itself if it is the first.
    `private` is empty once another key has taken its place.
    """

    id = models.CharField(primary_key=True, max_length=16)
    created_at = models.DateTimeField(_("created"))
    private = SealedTextField(blank=True)
    statement = models.JSONField()

    class Meta:
        verbose_name = _("key of the audit trail")
        verbose_name_plural = _("keys of the audit trail")

    def __str__(self) -> str:
        return self.id


class AuditCheckpoint(models.Model):
    """A signed word for the chain up to the link `sequence`, which anybody can keep and check."""

    sequence = models.BigIntegerField(primary_key=True)
    time = models.DateTimeField(_("time"))
    statement = models.JSONField()

    class Meta:
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")

    def __str__(self) -> str:
        return str(self.sequence)


class AuditSegment(models.Model):
    """Events up to the link `last_sequence` were removed, because they were old; signed.

    Where nothing was ever removed, there is none. Each goes on where the one before ended.
    """

    number = models.BigIntegerField(primary_key=True)
    last_sequence = models.BigIntegerField(unique=True)
    statement = models.JSONField()

    class Meta:
        verbose_name = _("segment of removed events")
        verbose_name_plural = _("segments of removed events")

    def __str__(self) -> str:
        return str(self.number)
