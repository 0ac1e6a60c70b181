"""Groups, tags, and tasks: one order, and for each hub that it goes to what became of it there."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.access.tenancy import Part
from accounts.organizations.models import Owned
from mago.core.ids import new_id

from ..models import Hub
from .kinds import Kind

LONGEST_TAG = 40
LONGEST_RESULT = 500
LONGEST_LOG = 64 * 1024


class Group(Owned):
    """Hubs of an organization, of whatever sites, that are spoken of together."""

    name = models.CharField(_("name"), max_length=60)
    hubs: models.ManyToManyField = models.ManyToManyField(
        Hub, through="Membership", related_name="groups", verbose_name=_("hubs")
    )

    class Meta:
        verbose_name = _("group of hubs")
        verbose_name_plural = _("groups of hubs")
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="hub_group_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class Membership(Part):
    """The hub is in the group."""

    part_of = ("group", "hub")

    group = models.ForeignKey(Group, models.CASCADE, related_name="memberships")
    hub = models.ForeignKey(Hub, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "hub"], name="hub_in_group_once")]


class Tag(Part):
    """A word about a hub, by which it is found."""

    part_of = ("hub",)

    hub = models.ForeignKey(Hub, models.CASCADE, related_name="tags")
    name = models.CharField(_("tag"), max_length=LONGEST_TAG, db_index=True)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        constraints = [models.UniqueConstraint(fields=["hub", "name"], name="hub_tag_once")]

    def __str__(self) -> str:
        return self.name


class Task(Owned):
    """What some hubs were asked to do. `addressed_to` says in words which ones those were."""

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    # What the kind needs to know: an update its version, a log its number of lines.
    parameters = models.JSONField(_("parameters"), default=dict)
    addressed_to = models.CharField(_("to"), max_length=200)
    # By the clock on the wall of each site; empty for at once.
    local_time = models.CharField(_("at (local time)"), max_length=16, blank=True)
    expires_after = models.DurationField(_("expires after"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("ordered by"),
    )
    cancelled_at = models.DateTimeField(_("cancelled"), null=True)

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        indexes = [
            models.Index(fields=["organization", "-created_at", "-id"], name="hub_task_newest")
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class Stage(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    DELIVERED = "delivered", _("Delivered")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    EXPIRED = "expired", _("Expired")
    CANCELLED = "cancelled", _("Cancelled")


OPEN = (Stage.WAITING, Stage.DELIVERED, Stage.RUNNING)


class Assignment(models.Model):
    """A task as one hub has it: when it may begin, how far it is, and what came of it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    task = models.ForeignKey(Task, models.CASCADE, related_name="assignments")
    hub = models.ForeignKey(Hub, models.CASCADE, related_name="assignments")
    stage = models.CharField(_("stage"), max_length=9, choices=Stage, default=Stage.WAITING)
    due_at = models.DateTimeField(_("due"))
    expires_at = models.DateTimeField(_("expires"))
    delivered_at = models.DateTimeField(_("delivered"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    result = models.CharField(_("result"), max_length=LONGEST_RESULT, blank=True)
    log = models.TextField(_("log"), blank=True)

    class Meta:
        verbose_name = _("task of a hub")
        verbose_name_plural = _("tasks of hubs")
        constraints = [models.UniqueConstraint(fields=["task", "hub"], name="hub_task_once")]
        indexes = [
            # What a hub asks for at each heartbeat, and what the clock looks for: both are few.
            models.Index(
                fields=["hub", "due_at"],
                condition=Q(stage__in=["waiting", "delivered", "running"]),
                name="hub_task_open",
            ),
            models.Index(
                fields=["expires_at"],
                condition=Q(stage__in=["waiting", "delivered", "running"]),
                name="hub_task_expiring",
            ),
            models.Index(fields=["hub", "-id"], name="hub_task_of_hub"),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.hub_id}"
