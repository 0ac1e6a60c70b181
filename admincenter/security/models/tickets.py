"""Vulnerabilities as tickets, and what became of each."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access.tenancy import Part
from mago.core.ids import new_id

from .. import cvss
from ..severity import Severity
from ..workflow import PENDING, State
from .programme import Ours
from .releases import Release

LONGEST_TEXT = 20_000


class Source(models.TextChoices):
    INTERNAL_TEST = "internal-test", _("Internal test")
    PENETRATION_TEST = "penetration-test", _("Penetration test")
    SCANNER = "scanner", _("Scanner")
    OUTSIDE = "outside", _("Report from outside")
    ADVISORY = "advisory", _("Dependency advisory")
    CUSTOMER = "customer", _("Customer’s test")


def _person(name: Any) -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=name,
    )


class Ticket(Ours):
    """A vulnerability from its report to its end. Its number counts within the programme: SEC-12.

    With a vector, score and severity are derived from it; without, the severity is somebody's judgement.
    """

    number = models.PositiveIntegerField(_("number"), editable=False)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    source = models.CharField(_("source"), max_length=16, choices=Source.choices)
    component = models.CharField(_("component"), max_length=100, blank=True)
    vector = models.CharField(_("CVSS vector"), max_length=cvss.LONGEST, blank=True)
    score = models.DecimalField(_("score"), max_digits=3, decimal_places=1, null=True)
    severity = models.CharField(
        _("severity"), max_length=8, choices=Severity.choices, default=Severity.UNRATED
    )
    # cvss.rank_of severity and score, for lists that are sorted so. Never null: only a column that may be is added
    # without SQLite making the table anew, and losing the triggers by which it is searched.
    rank = models.SmallIntegerField(null=True, db_default=0, editable=False)
    state = models.CharField(
        _("state"), max_length=12, choices=State.choices, default=State.REPORTED
    )
    state_since = models.DateTimeField(_("in this state since"), default=timezone.now)
    due_on = models.DateField(_("due"), null=True)
    # When what had been verified to be gone was there again.
    returned_at = models.DateTimeField(_("came back"), null=True, editable=False)
    assignee = _person(_("assignee"))
    reporter = _person(_("reporter"))
    # Of a report from outside: where an answer is wanted. Shown to whoever may edit the ticket.
    reporter_contact = models.CharField(_("contact"), max_length=254, blank=True)
    release = models.ForeignKey(
        Release,
        models.RESTRICT,
        null=True,
        related_name="tickets",
        verbose_name=_("target release"),
    )
    duplicate_of = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="+", verbose_name=_("duplicate of")
    )
    # Of an organization's ticket: the platform's, made when it was shared.
    shared_as = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="+", verbose_name=_("shared as")
    )
    related: Any = models.ManyToManyField("self", verbose_name=_("related"))
    watchers: Any = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="+", verbose_name=_("watchers")
    )
    evidence = models.TextField(_("evidence"), blank=True)
    fixed_by = _person(_("fixed by"))
    # Who worked on the fix as well: whoever it was assigned to in progress or as it was fixed, and who stands behind
    # a program that fixed it.
    fixed_with: Any = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="+", verbose_name=_("worked on the fix")
    )
    fixed_at = models.DateTimeField(_("fixed"), null=True)
    verified_by = _person(_("verified by"))
    verified_at = models.DateTimeField(_("verified"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    risk_owner = _person(_("owner of the accepted risk"))
    accepted_until = models.DateField(_("accepted until"), null=True)
    # Why it was accepted, rejected or reopened last.
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="ticket_number_once"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in State]), name="ticket_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["fixed", "verified", "closed"]) | ~Q(evidence=""),
                name="ticket_fix_has_evidence",
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "-created_at", "-id"], name="ticket_newest"),
            models.Index(fields=["programme", "state", "due_on"], name="ticket_due"),
            # For lists that are sorted so.
            models.Index(
                fields=["programme", "due_on", "id"],
                name="ticket_by_due",
                condition=Q(due_on__isnull=False),
            ),
            models.Index(fields=["programme", "rank", "id"], name="ticket_by_rank"),
        ]

    def __str__(self) -> str:
        return f"SEC-{self.number}"

    @property
    def counted_from(self) -> date:
        """The day from which the policy's days are counted."""
        return (self.returned_at or self.created_at).date()

    @property
    def is_pending(self) -> bool:
        return self.state in PENDING

    @property
    def is_overdue(self) -> bool:
        return self.is_pending and self.due_on is not None and self.due_on < today()

    @property
    def days_left(self) -> int | None:
        """Until it is due, negative once it is overdue; None where nothing is owed."""
        return (self.due_on - today()).days if self.is_pending and self.due_on else None


def today() -> date:
    """The day in UTC, as due dates mean it."""
    return timezone.now().date()


class EntryKind(models.TextChoices):
    COMMENT = "comment", _("Comment")
    CHANGE = "change", _("Change")


class Entry(Part):
    """What was said of a ticket, or changed of it: `changes` is a list of {name, before, after}."""

    part_of = ("ticket",)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="entries")
    kind = models.CharField(max_length=8, choices=EntryKind.choices)
    actor = _person(_("by"))
    # As the actor was called then; a program, and the system itself, have a name and no account.
    actor_label = models.CharField(max_length=254, blank=True)
    body = models.TextField(_("text"), blank=True)
    changes = models.JSONField(default=list)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("entry of a ticket")
        verbose_name_plural = _("entries of tickets")
        indexes = [models.Index(fields=["ticket", "-created_at", "-id"], name="entry_newest")]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.kind}"
