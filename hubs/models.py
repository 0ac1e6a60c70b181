"""Rooms, the hubs in them, and what hubs prove themselves with. Of secrets there are only verifiers."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.access.facts import Attributes
from accounts.access.scope import Scope
from accounts.access.tenancy import Part
from accounts.organizations.models import Owned, Site
from mago.audit.cleaning import LONGEST_REASON
from mago.core.crypto import SealedTextField
from mago.core.ids import new_id

LONGEST_SERIAL = 64


class Room(Owned):
    """A room of a site, with hubs in it."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="rooms", verbose_name=_("site"))
    name = models.CharField(_("name"), max_length=100)

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        constraints = [models.UniqueConstraint(fields=["site", "name"], name="room_name_once")]
        # As the list of an organization's rooms stands.
        indexes = [models.Index(fields=["organization", "name", "id"], name="room_by_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def access_scope(self) -> Scope:
        return Scope(self.organization_id, self.site_id)

    @property
    def condition_attributes(self) -> Attributes:
        return self.site.condition_attributes


class State(models.TextChoices):
    """What a hub may do: expected and retired ones cannot authenticate, nor can suspended ones."""

    EXPECTED = "expected", _("Expected")
    ACTIVE = "active", _("Active")
    QUARANTINED = "quarantined", _("Quarantined")
    SUSPENDED = "suspended", _("Suspended")
    RETIRED = "retired", _("Retired")


class Hub(Owned):
    """A device. Its id is the name by which it authenticates; its serial is once in an organization."""

    site = models.ForeignKey(Site, models.RESTRICT, related_name="hubs", verbose_name=_("site"))
    room = models.ForeignKey(
        Room, models.SET_NULL, null=True, blank=True, related_name="hubs", verbose_name=_("room")
    )
    name = models.CharField(_("name"), max_length=100, blank=True)
    model = models.CharField(_("model"), max_length=64)
    serial = models.CharField(_("serial number"), max_length=LONGEST_SERIAL)
    firmware = models.CharField(_("firmware"), max_length=64, blank=True)
    state = models.CharField(
        _("state"), max_length=12, choices=State.choices, default=State.EXPECTED
    )
    state_reason = models.CharField(_("reason of the state"), max_length=LONGEST_REASON, blank=True)
    state_since = models.DateTimeField(_("in this state since"), auto_now_add=True)
    enrolled_at = models.DateTimeField(_("enrolled"), null=True)
    # Somebody asked for it; empty again once a newer generation is in use.
    rotation_asked_at = models.DateTimeField(_("new credential asked for"), null=True)
    # What its access tokens must say; another one ends them all at once (`tokens.new_epoch`).
    token_epoch = models.BigIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("hub")
        verbose_name_plural = _("hubs")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "serial"],
                condition=~Q(state="retired"),
                name="hub_serial_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in State]), name="hub_state_known"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-created_at", "-id"], name="hub_newest"),
            models.Index(fields=["state"], name="hub_state"),
            # Counted without a look at the hubs themselves; the key joins what was heard of them.
            models.Index(fields=["organization", "state", "id"], name="hub_standing"),
            # Found by how it begins, in all fleets at once.
            models.Index(fields=["serial"], name="hub_serial", opclasses=["text_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.name or self.serial

    @property
    def access_scope(self) -> Scope:
        return Scope(self.organization_id, self.site_id)

    @property
    def condition_attributes(self) -> Attributes:
        # Read once, however much is decided of this hub.
        models.prefetch_related_objects([self], "tags")
        tags = frozenset(tag.name for tag in self.tags.all())
        return self.site.condition_attributes | {"hub.model": self.model, "hub.tag": tags}


class Credential(Part):
    """What the server keeps of a hub's secret, for one mechanism (RFC 5802 section 3): enough to check, not to be it.

    A generation is made at once for all mechanisms that the hub speaks. A new one is pending until it
    is used; then it is active and the one before is retired. A revoked one was taken away by somebody.
    """

    part_of = ("hub",)

    class Stage(models.TextChoices):
        PENDING = "pending", _("Pending")
        ACTIVE = "active", _("Active")
        RETIRED = "retired", _("Retired")
        REVOKED = "revoked", _("Revoked")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    hub = models.ForeignKey(Hub, models.CASCADE, related_name="credentials")
    generation = models.PositiveIntegerField(_("generation"))
    mechanism = models.CharField(_("mechanism"), max_length=20)
    salt = models.CharField(max_length=24)
    iterations = models.PositiveIntegerField()
    # StoredKey and ServerKey in base64, a colon between: opened as one, as they are used as one.
    keys = SealedTextField()
    stage = models.CharField(_("stage"), max_length=8, choices=Stage.choices, default=Stage.PENDING)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    first_used_at = models.DateTimeField(_("first used"), null=True)
    last_used_at = models.DateTimeField(_("last used"), null=True)
    last_address = models.CharField(_("last used from"), max_length=45, blank=True)
    ended_at = models.DateTimeField(_("retired or revoked"), null=True)
    expires_at = models.DateTimeField(_("ends"))

    class Meta:
        verbose_name = _("credential")
        verbose_name_plural = _("credentials")
        constraints = [
            models.UniqueConstraint(
                fields=["hub", "generation", "mechanism"], name="credential_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.mechanism} {self.generation}"


class EnrolmentCode(Owned):
    """What lets devices in, `uses_left` times, to where it says. The code itself is not kept, only its MAC.

    Bound to a room or a site; one that is bound to neither lets in expected serials only. With `hub`
    it gives that hub a new credential, and nobody else one.
    """

    digest = models.CharField(max_length=64, unique=True, editable=False)
    site = models.ForeignKey(
        Site, models.CASCADE, null=True, related_name="+", verbose_name=_("site")
    )
    room = models.ForeignKey(
        Room, models.CASCADE, null=True, related_name="+", verbose_name=_("room")
    )
    hub = models.ForeignKey(Hub, models.CASCADE, null=True, related_name="+", verbose_name=_("hub"))
    model = models.CharField(_("model"), max_length=64, blank=True)
    uses = models.PositiveIntegerField(_("devices"), default=1)
    uses_left = models.PositiveIntegerField(_("devices left"), default=1)
    expires_at = models.DateTimeField(_("ends"), db_index=True)
    revoked_at = models.DateTimeField(_("taken back"), null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("enrolment code")
        verbose_name_plural = _("enrolment codes")
        constraints = [
            models.CheckConstraint(condition=Q(uses_left__lte=F("uses")), name="code_uses"),
            models.CheckConstraint(
                condition=Q(room=None) | Q(site__isnull=False), name="code_room_within_site"
            ),
        ]

    def __str__(self) -> str:
        return str(self.hub or self.room or self.site or self.organization)

    @property
    def access_scope(self) -> Scope:
        return Scope(self.organization_id, self.site_id)


class ReconnectToken(models.Model):
    """A hub may come back with one request (HT-SHA-256). Derived from a secret and this row: nothing to steal here.

    `last_count` is the highest counter used so far. One that was superseded is used by a clone only.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    hub = models.ForeignKey(Hub, models.CASCADE, related_name="reconnect_tokens", db_index=False)
    generation = models.PositiveIntegerField(_("generation"))
    mechanism = models.CharField(_("mechanism"), max_length=20)
    last_count = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    first_used_at = models.DateTimeField(_("first used"), null=True)
    superseded_at = models.DateTimeField(_("superseded"), null=True)
    # No index: it would be written at each reconnect.
    idle_until = models.DateTimeField(_("ends unless used"))
    expires_at = models.DateTimeField(_("ends"))

    class Meta:
        verbose_name = _("reconnect token")
        verbose_name_plural = _("reconnect tokens")
        indexes = [models.Index(fields=["hub", "-created_at", "-id"], name="reconnect_newest")]


class UsedExchange(models.Model):
    """A handshake that came to its second step: the key makes that happen once, in whatever process."""

    id = models.CharField(max_length=32, primary_key=True)
    # Seconds since 1970.
    expires_at = models.BigIntegerField()


class FleetSecret(models.Model):
    """A key of 256 random bits that outlives the rotation of the ring: hubs and their salts depend on it."""

    name = models.CharField(max_length=20, primary_key=True)
    value = SealedTextField()
