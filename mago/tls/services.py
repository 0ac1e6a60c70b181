"""Endpoints are looked at, and whose certificate comes to its end is told once a mark."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from mago.audit.services import Outcome, record
from mago.audit.tags import Tag
from mago.core.ratelimit import Limit

from . import selectors
from .models import Endpoint, State
from .policy import PROFILES
from .scan import Report, scan

# Days before the end at which administrators are told, once each; 0 is the end itself.
MARKS = (21, 14, 7, 3, 1, 0)


# A scan takes some twenty connections to the endpoint.
_SCANS = Limit("tls:scans", 6, 60)


def ask_for_scan(*, actor: object) -> list[Endpoint]:
    """As `scan_endpoints`, for somebody who waits for it; TooMany for whoever asks all the time."""
    _SCANS.take()
    return scan_endpoints(actor=actor)


def scan_endpoints(*, actor: object | None = None) -> list[Endpoint]:
    """Each watched endpoint was looked at, and its row says what was seen; recorded if somebody asked.

    Rows of endpoints that are watched no longer are gone.
    """
    profile = PROFILES[settings.TLS_PROFILE]
    scanned = []
    for host, port in selectors.watched():
        report = scan(
            host,
            port,
            profile,
            ca_file=settings.TLS_CA_FILE,
            http_port=80 if port == 443 else None,
        )
        scanned.append(_keep(host, port, profile.name, report, actor))
    for endpoint in Endpoint.objects.exclude(pk__in=[row.pk for row in scanned]):
        endpoint.delete()
    return scanned


@transaction.atomic
def _keep(host: str, port: int, profile: str, report: Report, actor: object | None) -> Endpoint:
    endpoint, _created = Endpoint.objects.select_for_update().get_or_create(host=host, port=port)
    endpoint.scanned_at, endpoint.profile = timezone.now(), profile
    endpoint.suites = {str(int(version)): codes for version, codes in report.suites.items()}
    endpoint.findings = [[finding.value, what] for finding, what in report.findings]
    # Where nobody answered, the certificate that was seen before still comes to its end.
    if seen := report.certificate:
        if seen.serial != endpoint.serial:
            endpoint.alarmed_at_days = None
        endpoint.subject, endpoint.issuer, endpoint.serial = seen.subject, seen.issuer, seen.serial
        endpoint.not_before, endpoint.not_after = seen.not_before, seen.not_after
        endpoint.key = seen.key
    endpoint.save()
    if actor is not None:
        record(
            Tag.ENDPOINT_SCANNED,
            actor=actor,
            target=endpoint,
            outcome=Outcome.FAILURE if endpoint.breaches else Outcome.SUCCESS,
            findings=[name for name, _what in endpoint.findings],
        )
    return endpoint


def due_alarms() -> list[Endpoint]:
    """Endpoints whose certificate passed a mark that nobody was told of, and now count as told.

    Call it in the transaction that tells. Of two that call it at once, one gets each endpoint.
    """
    alarming = []
    for endpoint in Endpoint.objects.select_for_update().filter(not_after__isnull=False):
        mark = _mark(endpoint)
        told = endpoint.alarmed_at_days
        if mark is None or (told is not None and told <= mark):
            continue
        endpoint.alarmed_at_days = mark
        endpoint.save(update_fields=["alarmed_at_days"])
        record(Tag.CERTIFICATE_ALARMED, target=endpoint, days=endpoint.days_left)
        alarming.append(endpoint)
    return alarming


def _mark(endpoint: Endpoint) -> int | None:
    """The last mark that the certificate passed; None while its renewal is not late."""
    if endpoint.not_after is None or endpoint.state not in {State.OVERDUE, State.EXPIRED}:
        return None
    left = endpoint.not_after - timezone.now()
    return min((mark for mark in MARKS if left <= timedelta(days=mark)), default=None)
