"""What was asked for about a person's data, and how far it is."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mago.audit.cleaning import LONGEST_REASON
from mago.core.ids import new_id


class Kind(models.TextChoices):
    COPY = "copy", _("Copy of the data")
    ERASURE = "erasure", _("Erasure")


class State(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


OPEN = (State.WAITING, State.RUNNING)


class DataRequest(models.Model):
    """A copy of what is held of a person, or their erasure. People are kept by key, as they may be gone by then.

    A copy is `asked_by_id`'s to download, once; without one, the clock asked.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(_("kind"), max_length=7, choices=Kind)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.WAITING)
    person_id = models.UUIDField()
    asked_by_id = models.UUIDField(null=True)
    reason = models.CharField(_("reason"), max_length=LONGEST_REASON, blank=True)
    address = models.CharField(max_length=45, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(_("asked"))
    finished_at = models.DateTimeField(_("finished"), null=True)
    downloaded_at = models.DateTimeField(_("downloaded"), null=True)

    class Meta:
        verbose_name = _("request about a person’s data")
        verbose_name_plural = _("requests about people’s data")
        indexes: ClassVar = [
            models.Index(fields=["asked_by_id", "-created_at"], name="data_requests_of_asker"),
            models.Index(fields=["person_id", "-created_at"], name="data_requests_about"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "person_id"],
                condition=Q(state__in=["waiting", "running"]),
                name="one_open_data_request",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def can_be_downloaded(self) -> bool:
        return self.kind == Kind.COPY and self.state == State.DONE and self.downloaded_at is None
