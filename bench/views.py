"""Views that do nothing, under the product's middleware; never mounted by the product itself."""

from types import SimpleNamespace

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token

from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.guards import public
from mago.core.ids import new_id, new_secret
from mago.core.models import LimitState

from .hashing import clock

_PERSON = SimpleNamespace(pk=new_id(), email="somebody@example.com")


@public
def empty(request: HttpRequest) -> HttpResponse:
    """Nothing, to a GET or a POST; `?token` gives what a form would carry."""
    return HttpResponse(get_token(request) if "token" in request.GET else "")


@public
def transaction_with_events(request: HttpRequest) -> HttpResponse:
    """A transaction that writes a row, and records as many audit events as `?events` says."""
    with transaction.atomic():
        LimitState.objects.create(key=new_secret(), full_until=0.0)
        for number in range(int(request.GET.get("events", "0"))):
            # Of a kind that is counted nowhere else: what monitoring counts is not the trail's.
            record(Tag.SIGN_OUT, actor=_PERSON, method="password", number=number)
    return HttpResponse()


@public
def hashing(request: HttpRequest) -> JsonResponse:
    """How many hashes this process has made, and the CPU seconds that they took."""
    return JsonResponse({"count": clock.count, "seconds": clock.seconds})
