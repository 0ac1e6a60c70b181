"""How each hub was when it was last heard, how often lately, and when it was missed."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ..models import Hub


class Presence(models.Model):
    """The last heartbeat of a hub that has ever sent one."""

    hub = models.OneToOneField(Hub, models.CASCADE, primary_key=True, related_name="presence")
    seen_at = models.DateTimeField(_("last heard"), db_index=True)
    address = models.CharField(_("address"), max_length=45, blank=True)
    firmware = models.CharField(_("firmware"), max_length=64, blank=True)
    uptime = models.BigIntegerField(_("up for seconds"), null=True)
    temperature = models.FloatField(_("temperature (°C)"), null=True)
    peripherals = models.JSONField(_("peripherals"), default=list)
    software = models.CharField(_("software in use"), max_length=64, blank=True)
    software_version = models.CharField(_("its version"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")

    def __str__(self) -> str:
        return f"{self.hub_id} {self.seen_at:%Y-%m-%d %H:%M}"


class Hour(models.Model):
    """An hour of a hub's life: how many heartbeats came, and how hot it was at most. Kept for days only."""

    hub = models.ForeignKey(Hub, models.CASCADE, related_name="+")
    start = models.DateTimeField(_("hour"), db_index=True)
    beats = models.PositiveIntegerField(_("heartbeats"))
    hottest = models.FloatField(_("highest temperature (°C)"), null=True)

    class Meta:
        verbose_name = _("hour of a hub")
        verbose_name_plural = _("hours of hubs")
        constraints = [models.UniqueConstraint(fields=["hub", "start"], name="hub_hour_once")]


class Outage(models.Model):
    """A hub was missed: from its last heartbeat on, and until it was heard again or not awaited any more."""

    hub = models.ForeignKey(Hub, models.CASCADE, related_name="outages")
    began_at = models.DateTimeField(_("last heard"))
    told_at = models.DateTimeField(_("told by mail"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("outage")
        verbose_name_plural = _("outages")
        constraints = [
            models.UniqueConstraint(
                fields=["hub"], condition=Q(ended_at=None), name="hub_outage_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.hub_id} {self.began_at:%Y-%m-%d %H:%M}"


class Watch(models.Model):
    """When somebody looked for missing hubs last, and since when without a gap: one row."""

    looked_at = models.DateTimeField()
    awake_since = models.DateTimeField()
