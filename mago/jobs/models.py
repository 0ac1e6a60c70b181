"""A job, and what becomes of each thing that it is about."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mago.core.ids import new_id


class State(models.TextChoices):
    DRAFT = "draft", _("Not started")
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")
    FAILED = "failed", _("Failed")


OPEN = (State.WAITING, State.RUNNING)
ENDED = (State.DONE, State.CANCELLED, State.FAILED)


class Job(models.Model):
    """Things to be done one by one, each for itself: what goes wrong with one holds up no other.

    `kind` names what is done (`kinds.Work`), `options` hold what is the same for all. Who asked for the draft and
    then for the start, from where and by what they were authenticated is kept by value; whether they may is asked
    again for each item.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(_("kind"), max_length=40)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT)
    actor_id = models.UUIDField()
    actor_label = models.CharField(_("asked by"), max_length=254)
    organization_id = models.UUIDField(null=True)
    caller = models.JSONField(default=dict)
    language = models.CharField(max_length=10, blank=True)
    options = models.JSONField(default=dict)
    total = models.PositiveIntegerField(_("items"), default=0)
    undoes = models.OneToOneField("self", models.CASCADE, null=True, related_name="undone_by")
    attempts = models.PositiveIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(_("asked"))
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("background job")
        verbose_name_plural = _("background jobs")
        indexes: ClassVar = [
            models.Index(fields=["actor_id", "-created_at", "-id"], name="jobs_of_actor"),
            models.Index(
                fields=["created_at"],
                name="jobs_open",
                condition=Q(state__in=["waiting", "running"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


class Outcome(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Done")
    REFUSED = "refused", _("Not done")


class Item(models.Model):
    """One of the things, numbered from 1; `subject` says what it is, to whoever does the work.

    Refused before the job began, it is left alone; `message` says why.
    """

    job = models.ForeignKey(Job, models.CASCADE, related_name="items")
    number = models.PositiveIntegerField(_("line"))
    label = models.CharField(_("what"), max_length=254)
    subject = models.JSONField()
    outcome = models.CharField(_("outcome"), max_length=7, choices=Outcome, default=Outcome.WAITING)
    message = models.CharField(_("why"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("item of a job")
        verbose_name_plural = _("items of jobs")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["job", "number"], name="one_item_of_a_number")
        ]
        indexes: ClassVar = [
            models.Index(fields=["job", "outcome", "number"], name="items_by_outcome")
        ]

    def __str__(self) -> str:
        return self.label
