"""Browsers in which somebody has signed in before.

A cookie holds a random name for the browser and, for each of the last few people who signed in
there, a message authentication code over name and address. It opens nothing. It only keeps its bearer
out of the queue of strangers: limits and hash slots that an attacker fills are not theirs.
"""

import base64

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from mago.core import crypto
from mago.core.ids import new_secret

COOKIE = "__Host-browser" if settings.IS_HTTPS else "browser"
PEOPLE = 5
LIFETIME = 365 * 24 * 3600


def _tag(name: str, email: str) -> str:
    return base64.urlsafe_b64encode(crypto.mac(f"{name}\x1f{email}".encode(), purpose="known browser")[:18]).decode()


def _parts(request: HttpRequest) -> tuple[str, list[str]]:
    name, *tags = request.COOKIES.get(COOKIE, "")[:300].split(".")
    return name, tags[:PEOPLE]


def known_as(request: HttpRequest, email: str) -> str:
    """The browser's name when this person has signed in with it before, else ""."""
    name, tags = _parts(request)
    return name if name and _tag(name, email) in tags else ""


def remember(request: HttpRequest, response: HttpResponse, email: str) -> None:
    """The browser is known for this person from now on."""
    name, tags = _parts(request)
    name = name if len(name) == 43 else new_secret()
    tag = _tag(name, email)
    value = ".".join([name, tag, *[other for other in tags if other != tag]][: PEOPLE + 1])
    if value != request.COOKIES.get(COOKIE):
        response.set_cookie(COOKIE, value, max_age=LIFETIME, secure=settings.IS_HTTPS, httponly=True, samesite="Lax")
