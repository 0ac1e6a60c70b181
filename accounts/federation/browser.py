"""The mark that ties a way to a provider to the browser that was sent there.

It comes back also with a form that another site sends, as Apple has its answers sent; the cookie of
our session does not. It opens nothing by itself.
"""

import re

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from mago.core.ids import new_secret

COOKIE = "__Host-federation" if settings.IS_HTTPS else "federation"
# As long as a mail may be waited for.
LIFETIME = 3600
_FORM = re.compile(r"[\w-]{43}", re.ASCII)


def mark_of(request: HttpRequest) -> str:
    """The browser's mark, or "" where it has none."""
    mark = request.COOKIES.get(COOKIE, "")
    return mark if _FORM.fullmatch(mark) else ""


def mark(request: HttpRequest) -> str:
    """The browser's mark: the one it has, so that two tabs may be on the way at once, or a new one."""
    return mark_of(request) or new_secret()


def keep(response: HttpResponseBase, mark: str) -> None:
    # Browsers take `None` from https only; there is no other way to get it with a form from elsewhere.
    response.set_cookie(
        COOKIE,
        mark,
        max_age=LIFETIME,
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="None" if settings.IS_HTTPS else "Lax",
    )
