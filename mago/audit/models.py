"""The audit trail: events, and the links that chain them. Rows are only ever added.

Events and chain are two tables so that telling of an event costs one INSERT and no writer waits for
another: the chain grows a moment later, under a lock that the sealer alone takes (see
docs/audit-format.md).
"""

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mago.core.crypto import SealedTextField
from mago.core.ids import new_id

from .tags import Tag

if TYPE_CHECKING:
    from .pseudonyms import Names


class Outcome(models.TextChoices):
    SUCCESS = "success", _("success")
    FAILURE = "failure", _("failure")
    REFUSED = "refused", _("refused")


class AuditEvents(models.QuerySet["AuditEvent"]):
    """Events that were read together are named together, by two queries for all of them."""

    def _fetch_all(self) -> None:
        fresh = self._result_cache is None
        super()._fetch_all()
        if fresh and self._result_cache and isinstance(self._result_cache[0], AuditEvent):
            name_together(self._result_cache)


def name_together(events: "list[AuditEvent]") -> None:
    from .pseudonyms import Names

    names = Names(events)
    for event in events:
        event.names = names


class AuditEvent(models.Model):
    """One thing that happened: who did it, on whose behalf, to what, from where, and how it ended.

    Things are named by value and not by foreign key: the trail outlives them. People are named by their key
    alone, and other personal text by a pseudonym (`pseudonyms.py`), so that the trail need not change when
    somebody is erased; `actor_name` and its like are what pages show. `mac` is made when the event is told, so
    that a row that somebody else wrote or changed is recognised.
    """

    id = models.BigAutoField(primary_key=True)
    time = models.DateTimeField(_("time"))
    tag = models.CharField(_("event"), max_length=64)
    outcome = models.CharField(_("outcome"), max_length=7, choices=Outcome)
    actor_id = models.UUIDField(null=True)
    actor_label = models.CharField(_("who"), max_length=254)
    on_behalf_of_id = models.UUIDField(null=True)
    on_behalf_of_label = models.CharField(_("on behalf of"), max_length=254)
    target_type = models.CharField(max_length=64)
    target_id = models.CharField(max_length=64)
    target_label = models.CharField(_("what"), max_length=254)
    organization_id = models.UUIDField(null=True)
    # Not an inet column: PostgreSQL would write addresses in a spelling of its own.
    address = models.CharField(_("address"), max_length=45)
    user_agent = models.CharField(_("browser"), max_length=300)
    request_id = models.CharField(_("request"), max_length=64)
    detail = models.JSONField(_("detail"))
    mac = models.BinaryField()

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")

    objects: ClassVar[models.Manager["AuditEvent"]] = AuditEvents.as_manager()

    def __str__(self) -> str:
        return f"{self.tag} {self.outcome}"

    @cached_property
    def names(self) -> "Names":
        from .pseudonyms import Names

        return Names([self])

    @property
    def actor_name(self) -> str:
        return self.names.told(self.actor_label) or self.names.person(self.actor_id)

    @property
    def on_behalf_of_name(self) -> str:
        return self.names.told(self.on_behalf_of_label) or self.names.person(self.on_behalf_of_id)

    @property
    def target_name(self) -> str:
        label = self.names.told(self.target_label)
        return label or self.names.thing(self.target_id)

    @property
    def told_detail(self) -> Any:
        return self.names.told_of(self.detail)

    @property
    def label(self) -> str | Promise:
        """What pages call it; a tag that this version does not know names itself."""
        try:
            return Tag(self.tag).label
        except ValueError:
            return self.tag


class AuditName(models.Model):
    """What is behind a pseudonym of the trail; added on each day on which it is used, and deleted at an erasure.

    No constraint makes it the only row of its pseudonym, as then one who records would wait for another.
    """

    pseudonym = models.CharField(max_length=25, db_index=True)
    text = models.CharField(max_length=254, db_index=True)
    person_id = models.UUIDField(null=True, db_index=True)
    recorded_on = models.DateField(db_index=True)

    class Meta:
        verbose_name = _("name behind a pseudonym")
        verbose_name_plural = _("names behind pseudonyms")

    def __str__(self) -> str:
        return self.pseudonym


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


class StreamKind(models.TextChoices):
    SYSLOG = "syslog", _("Syslog")
    WEBHOOK = "webhook", _("Webhook")


class AuditStream(models.Model):
    """Somebody elsewhere who is sent each event, in the order of the chain, at least once.

    `position` is the last link they have. A stream that failed for too long is dead: it tries no
    more until somebody resumes it, and has lost nothing.
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
