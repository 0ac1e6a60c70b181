"""Penetration tests: engagements of outside firms, and those of customers; and what they and tools found."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access.tenancy import Part
from mago.core.ids import new_id

from .files import StoredFile
from .programme import Ours
from .tickets import Ticket


class EngagementState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    HELD = "held", _("Held")
    CANCELLED = "cancelled", _("Cancelled")


class Tester(models.TextChoices):
    FIRM = "firm", _("Outside firm")
    CUSTOMER = "customer", _("Customer")


class PenetrationTest(Ours):
    """An engagement. `notes` are internal: no report for customers holds them."""

    tester = models.CharField(_("by"), max_length=8, choices=Tester.choices, default=Tester.FIRM)
    firm = models.CharField(_("firm"), max_length=120)
    methodology = models.CharField(_("methodology"), max_length=120)
    scope = models.TextField(_("scope"))
    starts_on = models.DateField(_("begins"))
    ends_on = models.DateField(_("ends"))
    state = models.CharField(
        _("state"), max_length=9, choices=EngagementState.choices, default=EngagementState.PLANNED
    )
    # The newest of `retests`, for lists.
    retested_on = models.DateField(_("retested"), null=True, blank=True)
    retest_result = models.CharField(_("result of the retest"), max_length=500, blank=True)
    notes = models.TextField(_("internal notes"), blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("penetration test")
        verbose_name_plural = _("penetration tests")
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="test_has_length")
        ]
        indexes = [models.Index(fields=["programme", "-starts_on", "-id"], name="test_newest")]

    def __str__(self) -> str:
        return f"{self.firm}, {self.starts_on:%Y-%m-%d}"


class Retest(Part):
    """The firm has looked again."""

    part_of = ("test",)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    test = models.ForeignKey(PenetrationTest, models.CASCADE, related_name="retests")
    retested_on = models.DateField(_("retested"))
    result = models.CharField(_("result of the retest"), max_length=500)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    # As whoever recorded it was called then; a program has no account.
    recorded_label = models.CharField(max_length=254, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("retest")
        verbose_name_plural = _("retests")

    def __str__(self) -> str:
        return f"{self.retested_on:%Y-%m-%d}"


class Report(Part, StoredFile):
    part_of = ("test",)

    test = models.ForeignKey(PenetrationTest, models.CASCADE, related_name="reports")

    class Meta:
        verbose_name = _("report of a penetration test")
        verbose_name_plural = _("reports of penetration tests")


class Finding(Ours):
    """Something that a test or a tool found, known again by its fingerprint; its work is the ticket."""

    fingerprint = models.CharField(max_length=64)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="findings")
    test = models.ForeignKey(PenetrationTest, models.SET_NULL, null=True, related_name="findings")
    tool = models.CharField(_("tool"), max_length=100)
    rule = models.CharField(_("rule"), max_length=200, blank=True)
    location = models.CharField(_("place"), max_length=300, blank=True)
    seen_at = models.DateTimeField(_("last seen"), default=timezone.now)

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        constraints = [
            models.UniqueConstraint(fields=["programme", "fingerprint"], name="finding_once")
        ]

    def __str__(self) -> str:
        return self.rule or self.fingerprint[:12]
