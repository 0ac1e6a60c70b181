"""What monitoring asks: /metrics, and whether this process can do its work."""

import hmac
import ipaddress
import logging
from collections.abc import Callable, Iterator
from functools import wraps

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry

from admincenter.selectors.system import State, parts
from mago.core import metrics
from mago.core.errors import NotFound
from mago.core.guards import OPERATORS, declare, public
from mago.core.schema import missing_migrations
from mago.messaging.models import Status
from mago.messaging.selectors import backlog
from mago.tls.selectors import endpoints

logger = logging.getLogger("mago.telemetry")

View = Callable[[HttpRequest], HttpResponse]

# Asked of the database when somebody looks, and so the same whichever process is asked.
GAUGES = {
    "mago_messages": "Messages in the outbox, by status (waiting and due, dead); counted up to 1,000",
    "mago_outbox_age_seconds": "How long the oldest message that is due has been waiting",
    "mago_certificate_days_left": "Days until the certificate of a watched endpoint ends",
    "mago_endpoint_breaches": "What the last scan of an endpoint found that the policy does not allow",
    "mago_part_state": "How a part of the installation does, as the page System says: 0 well or not in use, 1 needs a look, 2 down",
}
_STATES = {State.OFF: 0, State.WELL: 0, State.WARNING: 1, State.DOWN: 2}


def for_operators(view: View) -> View:
    """Whoever has the token may enter, and who asks from this very machine; nobody else learns that it is there."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not is_operator(request):
            raise NotFound
        return view(request)

    return declare(public(guarded), OPERATORS)


def is_operator(request: HttpRequest) -> bool:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if settings.METRICS_TOKEN and scheme.lower() == "bearer":
        return hmac.compare_digest(token.encode(), settings.METRICS_TOKEN.encode())
    # Through a proxy of ours everybody comes from loopback: whoever was passed on is not from here.
    if "HTTP_X_FORWARDED_FOR" in request.META or "HTTP_FORWARDED" in request.META:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


class _Figures(Collector):
    def collect(self) -> Iterator[Metric]:
        yield from metrics.collect()
        yield from _asked()


def _asked() -> Iterator[Metric]:
    waiting = backlog()
    counts = GaugeMetricFamily("mago_messages", GAUGES["mago_messages"], labels=["status"])
    counts.add_metric([Status.WAITING.value], waiting.due)
    counts.add_metric([Status.DEAD.value], waiting.dead)
    yield counts
    age = (timezone.now() - waiting.oldest).total_seconds() if waiting.oldest else 0.0
    name = "mago_outbox_age_seconds"
    yield GaugeMetricFamily(name, GAUGES[name], value=max(0.0, age))
    name = "mago_certificate_days_left"
    days = GaugeMetricFamily(name, GAUGES[name], labels=["endpoint"])
    name = "mago_endpoint_breaches"
    breaches = GaugeMetricFamily(name, GAUGES[name], labels=["endpoint"])
    for endpoint in endpoints():
        if endpoint.days_left is not None:
            days.add_metric([str(endpoint)], endpoint.days_left)
        if endpoint.scanned_at is not None:
            breaches.add_metric([str(endpoint)], len(endpoint.breaches))
    yield days
    yield breaches
    states = GaugeMetricFamily("mago_part_state", GAUGES["mago_part_state"], labels=["part"])
    for part in parts():
        states.add_metric([part.name], _STATES[part.state])
    yield states


@for_operators
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Everything that is counted, in Prometheus's text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


@public
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@public
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Whether this process should get requests: its database answers and has the tables of this code.

    Without its broker it should: nothing is lost, the clock finds what was not told. Which part is amiss
    is told to operators only (ASVS 13.4.5).
    """
    parts = {"database": _database_answers(), "migrations": False, "broker": _broker_answers()}
    parts["migrations"] = parts["database"] and _is_migrated()
    fit = parts["database"] and parts["migrations"]
    told: dict[str, object] = {"status": "ok" if fit else "unavailable"}
    if is_operator(request):
        told |= {name: "ok" if well else "unavailable" for name, well in parts.items()}
    return JsonResponse(told, status=200 if fit else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:  # noqa: BLE001  whatever it is, this process should get no requests
        return False
    return True


_migrated: set[bool] = set()


def _is_migrated() -> bool:
    """Whether the tables are those of this code; once they are, they stay so while this process lives."""
    if True not in _migrated:
        try:
            if missing_migrations():
                return False
        except Exception:  # noqa: BLE001
            return False
        _migrated.add(True)
    return True


def _broker_answers() -> bool:
    if not settings.REDIS_URL:
        return True
    from redis import Redis

    try:
        with Redis.from_url(
            settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1
        ) as broker:
            return bool(broker.ping())
    except Exception as error:  # noqa: BLE001
        logger.warning("The broker does not answer (%s).", type(error).__name__)
        return False
