"""Endpoints that are watched, with what was seen of them."""

from functools import reduce
from operator import or_

from django.conf import settings
from django.db.models import Q, QuerySet

from .models import Endpoint


def watched() -> list[tuple[str, int]]:
    """Host and port of each, as the settings name them."""
    pairs = (place.rpartition(":") for place in settings.TLS_ENDPOINTS)
    return [(host.strip("[]"), int(port)) for host, _colon, port in pairs]


def scanned() -> QuerySet[Endpoint]:
    """The rows of those that were looked at."""
    places = (Q(host=host, port=port) for host, port in watched())
    return Endpoint.objects.filter(reduce(or_, places, Q(pk__in=())))


def endpoints() -> list[Endpoint]:
    """A row for each, in the order of the settings; unsaved where it was not looked at yet."""
    known = {(row.host, row.port): row for row in Endpoint.objects.all()}
    return [known.get(place) or Endpoint(host=place[0], port=place[1]) for place in watched()]
