"""Trusted browsers: the second factor was given there once, and is not asked for again for a while.

The cookie holds a secret; the row its digest, and a fingerprint over the person's factors and password.
Whatever changes there takes every such trust away. It never stands in where a policy asks for
phishing resistance, nor for whoever holds a role on the platform.
"""

import hashlib
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from accounts.models import User
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.context import caller
from mago.core.ids import digest, new_secret

from .models import TrustedBrowser
from .selectors import factors_of

COOKIE = "__Host-trusted" if settings.IS_HTTPS else "trusted"
LIFETIME = timedelta(days=30)


@transaction.atomic
def trust(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    """This browser is trusted by `user` from now on."""
    secret = new_secret()
    row = TrustedBrowser.objects.create(
        digest=digest(secret),
        user=user,
        fingerprint=fingerprint(user),
        user_agent=caller().user_agent,
        address=caller().address or None,
        expires_at=timezone.now() + LIFETIME,
    )
    record(Tag.BROWSER_TRUSTED, actor=user, target=user, browser=str(row.pk))
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int(LIFETIME.total_seconds()),
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )


def is_trusted(request: HttpRequest, user: User) -> bool:
    """Whether `user` trusts this browser, and nothing has changed since."""
    secret = request.COOKIES.get(COOKIE, "")
    if not secret:
        return False
    now = timezone.now()
    row = TrustedBrowser.objects.filter(
        digest=digest(secret), user=user, expires_at__gt=now
    ).first()
    if row is None or row.fingerprint != fingerprint(user):
        return False
    TrustedBrowser.objects.filter(pk=row.pk).update(last_used_at=now)
    return True


def fingerprint(user: User) -> str:
    """Changes with the password, and with what is enrolled."""
    factors = sorted(factor.persistent_id for factor in factors_of(user))
    return hashlib.sha256("\x1f".join([user.password, *factors]).encode()).hexdigest()


@transaction.atomic
def distrust(browser: TrustedBrowser, *, actor: User) -> None:
    """The second factor is asked for there again."""
    browser.delete()
    record(Tag.BROWSER_DISTRUSTED, actor=actor, target=browser.user, browser=str(browser.pk))


def purge() -> None:
    TrustedBrowser.objects.filter(expires_at__lt=timezone.now()).delete()
