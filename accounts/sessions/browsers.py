"""Browsers in which somebody has signed in before.

A cookie holds a random name for the browser and, for each of the last few people who signed in
there, a message authentication code over name and address. It opens nothing. It only keeps its bearer
out of the queue of strangers: limits and hash slots that an attacker fills are not theirs.
"""

import base64
import hmac
import re

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from mago.core import crypto
from mago.core.ids import new_secret

COOKIE = "__Host-browser" if settings.IS_HTTPS else "browser"
PEOPLE = 5
LIFETIME = 365 * 24 * 3600
_FORM = re.compile(rf"[\w-]{{43}}(\.[\w-]{{24}}){{1,{PEOPLE}}}", re.ASCII)


def _tag(name: str, email: str) -> str:
    return base64.urlsafe_b64encode(
        crypto.mac(f"{name}\x1f{email}".encode(), purpose="known browser")[:18]
    ).decode()


def _are_equal(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _parts(request: HttpRequest) -> tuple[str, list[str]]:
    """Only what can be ours is read: the rest would be sent back, in a header that it may break."""
    cookie = request.COOKIES.get(COOKIE, "")
    name, *tags = cookie.split(".") if _FORM.fullmatch(cookie) else [""]
    return name, tags


def known_as(request: HttpRequest, email: str) -> str:
    """The browser's name when this person has signed in with it before, else ""."""
    name, tags = _parts(request)
    return name if any(_are_equal(_tag(name, email), tag) for tag in tags) else ""


def remember(request: HttpRequest, response: HttpResponseBase, email: str) -> None:
    """The browser is known for this person from now on."""
    name, tags = _parts(request)
    name = name or new_secret()
    tag = _tag(name, email)
    value = ".".join([name, tag, *[other for other in tags if other != tag]][: PEOPLE + 1])
    if value != request.COOKIES.get(COOKIE):
        response.set_cookie(
            COOKIE, value, max_age=LIFETIME, secure=settings.IS_HTTPS, httponly=True, samesite="Lax"
        )
