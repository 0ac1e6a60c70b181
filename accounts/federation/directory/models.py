"""Where an organization's directory is and how it is read, and the runs in which we take over what is in it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access.scope import Scope
from accounts.federation.enterprise.models import IdentityProvider
from mago.core.crypto import SealedTextField
from mago.core.ids import new_id

from .client import Endpoint, Reason, Security, Target
from .groups import GroupSettings, NamedBy, Nesting


class Product(models.TextChoices):
    """What differs between directories, where nothing else is set."""

    ACTIVE_DIRECTORY = "active_directory", "Active Directory"
    OPENLDAP = "openldap", _("OpenLDAP or another directory")


class Directory(models.Model):
    """How the directory of an identity provider is reached and read; the provider says what its people may.

    `servers` are asked in their order: objects with host, port and security. `ca` is PEM, in the place of
    the public CAs. `login_filter` finds one person ({login}, {name}), among those of `people_filter`. In a
    sync an entry that was changed is seen `every` minutes, one that is gone at the full reading after
    `full_every` minutes. Nobody is disabled in a run that would disable more than `brake` per cent of all.
    """

    provider = models.OneToOneField(
        IdentityProvider, models.CASCADE, primary_key=True, related_name="directory"
    )
    product = models.CharField(
        _("product"), max_length=20, choices=Product, default=Product.OPENLDAP
    )
    servers = models.JSONField(_("servers"), default=list)
    ca = models.TextField(_("CA certificate"), blank=True)
    bind_name = models.CharField(_("name of the service account"), max_length=500)
    bind_password = SealedTextField()
    base = models.CharField(_("where people are"), max_length=500)
    people_filter = models.CharField(_("who counts as a person"), max_length=1000)
    login_filter = models.CharField(_("how a person is found"), max_length=1000)
    subject_attribute = models.CharField(_("attribute of the identifier"), max_length=100)
    group_base = models.CharField(_("where groups are"), max_length=500, blank=True)
    group_filter = models.CharField(_("what counts as a group"), max_length=1000, blank=True)
    nesting = models.CharField(
        _("groups in groups"), max_length=10, choices=Nesting, default=Nesting.WALK
    )
    groups_named_by = models.CharField(
        _("roles are given to groups by"), max_length=10, choices=NamedBy, default=NamedBy.DN
    )
    # What we let through to the directory, so that its own lock-out is not reached by strangers.
    attempts = models.PositiveSmallIntegerField(_("wrong passwords at once"), default=3)
    pause = models.PositiveSmallIntegerField(_("minutes until another one"), default=31)
    syncs = models.BooleanField(_("people are taken over by the clock"), default=False)
    imports = models.BooleanField(_("new people get an account before they sign in"), default=False)
    every = models.PositiveIntegerField(_("minutes between two readings"), default=15)
    full_every = models.PositiveIntegerField(_("minutes between two full readings"), default=60)
    brake = models.PositiveSmallIntegerField(_("share that may be disabled"), default=10)
    # What the next readings begin with.
    read_at = models.DateTimeField(null=True)
    fully_read_at = models.DateTimeField(null=True)
    changed_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("directory")
        verbose_name_plural = _("directories")

    def __str__(self) -> str:
        return str(self.provider)

    @property
    def access_scope(self) -> Scope:
        return self.provider.access_scope

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        return tuple(
            Endpoint(one["host"], int(one["port"]), Security(one["security"]))
            for one in self.servers
        )

    @property
    def target(self) -> Target:
        return Target(self.endpoints, self.bind_name, self.bind_password, self.ca)

    @property
    def groups(self) -> GroupSettings:
        usual = GroupSettings()
        return GroupSettings(
            base=self.group_base,
            filter=self.group_filter or usual.filter,
            nesting=Nesting(self.nesting),
            named_by=NamedBy(self.groups_named_by),
        )

    @property
    def changed_attribute(self) -> str:
        """What says when an entry was changed; Active Directory computes the standard one, and cannot search by it."""
        is_ad = self.product == Product.ACTIVE_DIRECTORY
        return "whenChanged" if is_ad else "modifyTimestamp"


class RunState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    READING = "reading", _("Reading")
    HELD = "held", _("Stopped by the brake")
    APPLYING = "applying", _("Applying")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    DROPPED = "dropped", _("Dropped")


class Problem(models.TextChoices):
    """Why a run came to nothing, beside what a directory answers (`client.Reason`)."""

    EMPTY = "empty", _("The directory names nobody. That is taken for a mistake.")
    NO_IDENTIFIER = "no_identifier", _("No entry has the attribute of the identifier.")
    CHANGED = "changed", _("The settings were changed meanwhile.")
    CLOSED = "closed", _("The identity provider was closed meanwhile.")
    INTERRUPTED = "interrupted", _("It was interrupted, and so were the tries after it.")
    ERROR = "error", _("An error of ours; the log has it.")


# One of these at a time for each directory; a worker is on it, or will be.
AT_WORK = (RunState.WAITING, RunState.READING, RunState.APPLYING)


class SyncRun(models.Model):
    """What is in the directory was read, compared, and taken over; or only compared, in a dry run.

    First all is read, then it is written down what would change, and only then anything is changed: a
    reading that is not whole changes nothing. `known` are the people whom the directory had let in before,
    `read` those who were found; the rest is counted from `SyncChange`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    provider = models.ForeignKey(IdentityProvider, models.CASCADE, related_name="sync_runs")
    is_full = models.BooleanField(_("full reading"), default=True)
    is_dry = models.BooleanField(_("dry run"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=RunState, default=RunState.WAITING)
    # None: by the clock.
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    version = models.PositiveIntegerField()
    read = models.PositiveIntegerField(_("read"), default=0)
    known = models.PositiveIntegerField(_("known before"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    counts = models.JSONField(default=dict)
    applied = models.PositiveIntegerField(_("applied"), default=0)
    failures = models.PositiveIntegerField(_("failed"), default=0)
    # Entries without an identifier: while there are some, nobody is taken for gone.
    unidentified = models.PositiveIntegerField(default=0)
    reason = models.CharField(
        _("reason"), max_length=20, blank=True, choices=[*Reason.choices, *Problem.choices]
    )
    detail = models.CharField(max_length=300, blank=True)
    changed_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(_("asked for"), default=timezone.now)
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    leased_until = models.DateTimeField(null=True)
    attempts_made = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("sync of a directory")
        verbose_name_plural = _("syncs of directories")
        constraints = [
            models.UniqueConstraint(
                fields=["provider"], condition=Q(state__in=AT_WORK), name="one_sync_at_work"
            )
        ]
        indexes = [models.Index(fields=["provider", "-created_at", "-id"], name="sync_newest")]

    @property
    def access_scope(self) -> Scope:
        return self.provider.access_scope

    @property
    def is_at_work(self) -> bool:
        return self.state in AT_WORK

    @property
    def planned(self) -> int:
        """How many people the run is to change, or was; those whom it leaves alone are not counted."""
        return sum(int(n) for action, n in self.counts.items() if action != Action.IGNORE.value)

    @property
    def finished(self) -> int:
        return self.applied + self.failures

    @property
    def disabled(self) -> int:
        """How many it would disable, or has."""
        return int(self.counts.get(Action.DISABLE.value, 0))

    @property
    def share(self) -> int:
        """Of those known, how many per cent would be disabled."""
        return round(self.disabled * 100 / self.known) if self.known else 0

    @property
    def figures(self) -> list[tuple[str, int]]:
        """How many it concerns, in the words of what is done."""
        return [
            (str(one.label), self.counts[one.value]) for one in Action if one.value in self.counts
        ]


class Action(models.TextChoices):
    """In the order in which they are applied: whoever has to go goes first."""

    DISABLE = "1_disable", _("Disable")
    UPDATE = "2_update", _("Update")
    CREATE = "3_create", _("Create")
    IGNORE = "4_ignore", _("Leave alone")


class SyncChange(models.Model):
    """What a run would do, and has done, about one person. `told` is kept until then, and not after."""

    run = models.ForeignKey(SyncRun, models.CASCADE, related_name="changes")
    action = models.CharField(_("action"), max_length=10, choices=Action)
    subject = models.CharField(max_length=512)
    label = models.CharField(_("person"), max_length=254)
    why = models.CharField(_("reason"), max_length=300, blank=True)
    told = models.JSONField(null=True)
    is_applied = models.BooleanField(null=True)

    class Meta:
        verbose_name = _("change of a sync")
        verbose_name_plural = _("changes of a sync")
        indexes = [
            models.Index(fields=["run", "is_applied", "action", "id"], name="sync_next"),
            models.Index(fields=["run", "action", "id"], name="sync_listed"),
        ]
