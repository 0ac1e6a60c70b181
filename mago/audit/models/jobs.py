"""Work on the trail that takes longer than a request."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mago.core.ids import new_id


class JobKind(models.TextChoices):
    EXPORT = "export", _("Export")
    VERIFICATION = "verification", _("Verification")


class JobState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


OPEN = (JobState.WAITING, JobState.RUNNING)


class AuditJob(models.Model):
    """Work on the trail that takes longer than a request: an export, or a verification.

    `question` is what was asked for and `answer` what came out. `progress` counts events, up to
    `total` where that is known. Who asked, and from where, is kept by value, as in the trail.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=JobKind)
    state = models.CharField(_("state"), max_length=7, choices=JobState, default=JobState.WAITING)
    actor_id = models.UUIDField()
    actor_label = models.CharField(_("asked by"), max_length=254)
    organization_id = models.UUIDField(null=True)
    address = models.CharField(_("address"), max_length=45)
    request_id = models.CharField(_("request"), max_length=64)
    question = models.JSONField(default=dict)
    answer = models.JSONField(null=True)
    error = models.CharField(_("error"), max_length=300, blank=True)
    progress = models.BigIntegerField(_("progress"), default=0)
    total = models.BigIntegerField(null=True)
    attempts = models.IntegerField(_("attempts"), default=0)
    leased_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(_("asked"))
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("work on the audit trail")
        verbose_name_plural = _("work on the audit trail")
        indexes = [
            models.Index(
                fields=["kind", "actor_id", "-created_at", "-id"], name="audit_jobs_of_actor"
            ),
            models.Index(fields=["state", "created_at"], name="audit_jobs_by_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "actor_id"],
                condition=Q(state__in=["waiting", "running"]),
                name="one_open_audit_job",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def percent(self) -> int | None:
        """How much of it is done, where that can be told."""
        return min(100, 100 * self.progress // self.total) if self.total else None
