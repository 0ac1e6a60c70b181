"""The risk register, and the assessments in which it was looked through."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .programme import Ours
from .tickets import Ticket, today

HIGHEST = 5


class Treatment(models.TextChoices):
    MITIGATE = "mitigate", _("Mitigate")
    ACCEPT = "accept", _("Accept")
    TRANSFER = "transfer", _("Transfer")
    AVOID = "avoid", _("Avoid")


def _degree(name: Any) -> Any:
    return models.PositiveSmallIntegerField(
        name, choices=[(n, str(n)) for n in range(1, HIGHEST + 1)]
    )


class Risk(Ours):
    """What could happen to what, how likely and how bad from 1 to 5, before and after its treatment."""

    asset = models.CharField(_("asset"), max_length=120)
    threat = models.CharField(_("threat"), max_length=300)
    likelihood = _degree(_("likelihood"))
    impact = _degree(_("impact"))
    treatment = models.CharField(_("treatment"), max_length=8, choices=Treatment.choices)
    plan = models.TextField(_("what is done"), blank=True)
    residual_likelihood = _degree(_("likelihood after treatment"))
    residual_impact = _degree(_("impact after treatment"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    review_on = models.DateField(_("to be reviewed"))
    closed_at = models.DateTimeField(_("closed"), null=True)
    tickets: Any = models.ManyToManyField(Ticket, related_name="risks", verbose_name=_("tickets"))

    class Meta:
        verbose_name = _("risk")
        verbose_name_plural = _("risks")
        constraints = [
            models.CheckConstraint(
                condition=Q(residual_likelihood__lte=models.F("likelihood"))
                & Q(residual_impact__lte=models.F("impact")),
                name="risk_treatment_helps",
            )
        ]
        indexes = [models.Index(fields=["programme", "-created_at", "-id"], name="risk_newest")]

    def __str__(self) -> str:
        return f"{self.asset}: {self.threat}"

    @property
    def score(self) -> int:
        return self.likelihood * self.impact

    @property
    def residual(self) -> int:
        return self.residual_likelihood * self.residual_impact

    @property
    def is_overdue(self) -> bool:
        return self.closed_at is None and self.review_on < today()


class Assessment(Ours):
    """The register was looked through on a day; `figures` is what it held then. Signed off by another than its author."""

    held_on = models.DateField(_("held"))
    summary = models.TextField(_("summary"))
    figures = models.JSONField(default=dict)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    # Who stands behind a program that wrote it.
    written_with: Any = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    signed_label = models.CharField(max_length=254, blank=True)
    signed_at = models.DateTimeField(_("signed off"), null=True)

    class Meta:
        verbose_name = _("risk assessment")
        verbose_name_plural = _("risk assessments")
        indexes = [models.Index(fields=["programme", "-held_on", "-id"], name="assessment_newest")]

    def __str__(self) -> str:
        return f"{self.held_on:%Y-%m-%d}"
