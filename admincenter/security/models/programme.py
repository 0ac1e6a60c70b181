"""Whose security work it is: the platform's own, or an organization's."""

from typing import Any, ClassVar, Self
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.access.scope import Scope
from accounts.access.tenancy import Part, TenantManager, TenantQuerySet
from accounts.organizations.models import Organization
from mago.core.ids import new_id

from ..severity import DAYS

PLATFORM_ID = UUID(int=0)
# No organization can have it: their short names begin with a letter or a digit.
PLATFORM_SLUG = "_platform"


class Programme(models.Model):
    """The security work of one organization, or of the platform, and by which policy it is done.

    Its id is the organization's, so that whoever knows the one knows the other.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    organization = models.OneToOneField(
        Organization, models.CASCADE, null=True, related_name="+", verbose_name=_("organization")
    )
    next_number = models.PositiveIntegerField(default=1, editable=False)
    critical_days = models.PositiveSmallIntegerField(_("critical"), default=DAYS["critical"])
    high_days = models.PositiveSmallIntegerField(_("high"), default=DAYS["high"])
    medium_days = models.PositiveSmallIntegerField(_("medium"), default=DAYS["medium"])
    low_days = models.PositiveSmallIntegerField(_("low"), default=DAYS["low"])
    tests_a_year = models.PositiveSmallIntegerField(_("penetration tests a year"), default=0)
    assessment_days = models.PositiveSmallIntegerField(
        _("days between risk assessments"), default=180
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    # For whom it was found, if for somebody: whom it names depends on who looks.
    viewer: Any = None

    class Meta:
        verbose_name = _("security programme")
        verbose_name_plural = _("security programmes")

    def __str__(self) -> str:
        return str(self.organization) if self.organization_id else str(_("Platform"))

    @property
    def slug(self) -> str:
        """What stands for it in addresses."""
        return self.organization.slug if self.organization else PLATFORM_SLUG

    @property
    def access_scope(self) -> Scope:
        return Scope(self.organization_id)

    def days_for(self, severity: str) -> int | None:
        """Within how many days something that severe is to be remediated; None where nothing is demanded."""
        return getattr(self, f"{severity}_days") if severity in DAYS else None

    def tests_demanded_in(self, year: int) -> int:
        """How many penetration tests that calendar year; none before there was a programme."""
        if year < self.created_at.year:
            return 0
        kept = [(one.until, one.tests) for one in self.past_demands.all() if one.until >= year]
        return min(kept)[1] if kept else self.tests_a_year


class PastDemand(Part):
    """How many penetration tests a year were demanded up to the end of the year `until`, before that was changed.

    What was demanded of a year that is over stays, whatever is demanded of those that come.
    """

    part_of = ("programme",)

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="past_demands")
    until = models.PositiveSmallIntegerField(_("last year"))
    tests = models.PositiveSmallIntegerField(_("penetration tests a year"))

    class Meta:
        verbose_name = _("former demand of penetration tests")
        verbose_name_plural = _("former demands of penetration tests")
        constraints = [
            models.UniqueConstraint(fields=["programme", "until"], name="security_demand_once")
        ]

    def __str__(self) -> str:
        return f"{self.tests} ≤ {self.until}"


class ProgrammeQuerySet(TenantQuerySet):
    """Rows of programmes, read in the scope of one."""

    def of(self, programme: Any) -> Self:
        """The rows of one programme (or of its id)."""
        return self._in_scope().filter(programme_id=getattr(programme, "pk", programme))


class ProgrammeManager(TenantManager.from_queryset(ProgrammeQuerySet)):  # type: ignore[misc]
    """The manager of what programmes hold."""


class Ours(models.Model):
    """What a programme holds; read only through `of(programme)` or a reason to see everybody's."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(
        Programme, models.CASCADE, related_name="+", verbose_name=_("security programme")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects: ClassVar[ProgrammeManager] = ProgrammeManager()

    class Meta:
        abstract = True

    @property
    def organization_id(self) -> UUID | None:
        """None where it is the platform's."""
        return None if self.programme_id == PLATFORM_ID else self.programme_id

    @property
    def access_scope(self) -> Scope:
        return Scope(self.organization_id)


class Told(models.Model):
    """Something was told by mail, and is not told again: once for each `what`."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="+")
    what = models.CharField(max_length=120)
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.UniqueConstraint(fields=["programme", "what"], name="security_told_once")
        ]

    def __str__(self) -> str:
        return self.what
