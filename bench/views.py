"""Views that do nothing, under the product's middleware; never mounted by the product itself."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token

from mago.core.guards import public

from .hashing import clock


@public
def empty(request: HttpRequest) -> HttpResponse:
    """Nothing, to a GET or a POST; `?token` gives what a form would carry."""
    return HttpResponse(get_token(request) if "token" in request.GET else "")


@public
def hashing(request: HttpRequest) -> JsonResponse:
    """How many hashes this process has made, and the CPU seconds that they took."""
    return JsonResponse({"count": clock.count, "seconds": clock.seconds})
