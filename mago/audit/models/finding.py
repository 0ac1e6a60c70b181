"""What events are found and counted by: copies, which say nothing that is proved and can be made again."""

from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .events import AuditEvent


class AuditMark(models.Model):
    """What an event is searched by: a copy, made a moment later, whose indexes no writer waits for.

    It can be made again from the event, and is no part of the trail.
    """

    event = models.OneToOneField(
        AuditEvent, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="mark"
    )
    tag = models.CharField(max_length=64)
    outcome = models.CharField(max_length=7)
    actor_id = models.UUIDField(null=True)
    target_id = models.CharField(max_length=64)
    organization_id = models.UUIDField(null=True)
    address = models.CharField(max_length=45)

    class Meta:
        verbose_name = _("mark of an audit event")
        verbose_name_plural = _("marks of audit events")
        indexes = [
            models.Index(fields=["outcome", "event"], name="audit_mark_outcome"),
            models.Index(fields=["tag", "event"], name="audit_mark_tag"),
            models.Index(
                fields=["organization_id", "event"],
                name="audit_mark_organization",
                condition=Q(organization_id__isnull=False),
            ),
            models.Index(
                fields=["organization_id", "tag", "event"],
                name="audit_mark_kind",
                condition=Q(organization_id__isnull=False),
            ),
            models.Index(fields=["address", "event"], name="audit_mark_address"),
            models.Index(fields=["target_id", "event"], name="audit_mark_target"),
            models.Index(
                fields=["actor_id", "event"],
                name="audit_mark_actor",
                condition=Q(actor_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.event_id)


class AuditTally(models.Model):
    """How many events of a kind there were in an hour: in one organization, or anywhere (`EVERYWHERE`).

    Without a tag, of all kinds together. Counted by the sealer with the links themselves, so that each
    genuine event counts once. A convenience for figures, and no part of what the trail proves: rows are
    changed, and forgotten after `tallies.KEPT`.
    """

    EVERYWHERE = UUID(int=0)

    organization_id = models.UUIDField()
    tag = models.CharField(_("event"), max_length=64)
    hour = models.DateTimeField(_("hour"))
    number = models.BigIntegerField(_("events"))

    class Meta:
        verbose_name = _("tally of audit events")
        verbose_name_plural = _("tallies of audit events")
        constraints = [
            models.UniqueConstraint(
                fields=["organization_id", "tag", "hour"], name="one_audit_tally"
            )
        ]
        indexes = [models.Index(fields=["hour"], name="audit_tallies_by_hour")]

    def __str__(self) -> str:
        return f"{self.tag} {self.hour:%Y-%m-%d %H}"
