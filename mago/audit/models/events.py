"""What happened. Rows are only ever added: one INSERT, for which no writer waits."""

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..tags import Tag

if TYPE_CHECKING:
    from ..pseudonyms import Names


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
    from ..pseudonyms import Names

    names = Names(events)
    for event in events:
        event.names = names


class EventNumber(models.BigAutoField):  # type: ignore[type-arg]
    """Events are numbered as they are told. On SQLite without AUTOINCREMENT, which writes into one more table each time
    so that no number comes again: here none does, as the newest link, and so its event, stays (`retention.py`)."""

    def db_type_suffix(self, connection: Any) -> str | None:
        return None if connection.vendor == "sqlite" else super().db_type_suffix(connection)


class AuditEvent(models.Model):
    """One thing that happened: who did it, on whose behalf, to what, from where, and how it ended.

    Things are named by value and not by foreign key: the trail outlives them. People are named by their key
    alone, and other personal text by a pseudonym (`pseudonyms.py`), so that the trail need not change when
    somebody is erased; `actor_name` and its like are what pages show. `mac` is made when the event is told, so
    that a row that somebody else wrote or changed is recognised.
    """

    id = EventNumber(primary_key=True)
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
        from ..pseudonyms import Names

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
