"""What was seen of each endpoint when it was looked at last."""

from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .policy import RENEW_DAYS, Version
from .scan import Finding

# A renewal that was due so many days ago did not happen by itself.
PATIENCE = timedelta(days=9)


class State(models.TextChoices):
    """How far a certificate is on its way; an ACME client renews it while it is due."""

    UNKNOWN = "unknown", _("not seen yet")
    FRESH = "fresh", _("valid")
    DUE = "due", _("due for renewal")
    OVERDUE = "overdue", _("renewal overdue")
    EXPIRED = "expired", _("expired")


class Endpoint(models.Model):
    """One host and port; `suites` are numbers by version, `findings` pairs of a name and what it is about.

    `alarmed_at_days` is the last mark (services.MARKS) at which administrators were told of the present
    certificate's end.
    """

    host = models.CharField(_("host"), max_length=253)
    port = models.PositiveIntegerField(_("port"))
    scanned_at = models.DateTimeField(_("scanned"), null=True)
    profile = models.CharField(_("profile"), max_length=20, blank=True)
    subject = models.CharField(_("names"), max_length=250, blank=True)
    issuer = models.CharField(_("issuer"), max_length=250, blank=True)
    serial = models.CharField(_("serial number"), max_length=64, blank=True)
    key = models.CharField(_("key"), max_length=40, blank=True)
    not_before = models.DateTimeField(_("issued"), null=True)
    not_after = models.DateTimeField(_("ends"), null=True)
    suites = models.JSONField(default=dict)
    findings = models.JSONField(default=list)
    alarmed_at_days = models.SmallIntegerField(null=True)

    class Meta:
        verbose_name = _("endpoint")
        verbose_name_plural = _("endpoints")
        constraints = [
            models.UniqueConstraint(fields=["host", "port"], name="tls_one_row_an_endpoint")
        ]

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def days_left(self) -> int | None:
        """Whole days until the certificate ends; negative once it has."""
        return (self.not_after - timezone.now()).days if self.not_after else None

    @property
    def renewal_at(self) -> datetime | None:
        return self.not_after - timedelta(days=RENEW_DAYS) if self.not_after else None

    @property
    def state(self) -> State:
        if self.not_after is None or self.renewal_at is None:
            return State.UNKNOWN
        now = timezone.now()
        # A short-lived certificate is renewed at the last third of its life, not 30 days before its end.
        begins = self.not_before or now
        due = max(self.renewal_at, begins + (self.not_after - begins) * 2 / 3)
        late = min(due + PATIENCE, self.not_after - (self.not_after - due) / 2)
        if now >= self.not_after:
            return State.EXPIRED
        return State.OVERDUE if now >= late else State.DUE if now >= due else State.FRESH

    @property
    def breaches(self) -> list[str]:
        return self._sentences(warnings=False)

    @property
    def warnings(self) -> list[str]:
        return self._sentences(warnings=True)

    def _sentences(self, *, warnings: bool) -> list[str]:
        return [
            str(Finding(name).sentence).format(what=what)
            for name, what in self.findings
            if Finding(name).is_warning is warnings
        ]

    @property
    def versions(self) -> list[str]:
        return [Version(int(number)).label for number in sorted(self.suites, key=int)]
