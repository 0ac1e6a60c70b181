"""Applications prove who they are, and have tokens for themselves (RFC 6749, sections 2.3 and 4.4; RFC 7523)."""

from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from mago.audit.services import entry
from mago.audit.tags import Tag
from mago.core.ids import digest, new_secret

from .. import exchange
from ..models import Application, UsedAssertion
from ..selectors import CLIENT_PREFIX
from .families import TokenPair
from .statements import resource_token


def use_assertion(application: Application, jti: str, expires_at: datetime) -> bool:
    """Whether this is the first time that the application shows the assertion; from now on it is not."""
    try:
        with transaction.atomic():
            UsedAssertion.objects.create(
                application=application, digest=digest(jti), expires_at=expires_at
            )
    except IntegrityError:
        return False
    return True


def open_client_token(application: Application, *, scope: str, resource: str = "") -> TokenPair:
    """An access token for the application itself: at our API it acts as its service account."""
    now = timezone.now()
    expires_at = now + settings.ACCESS_TOKEN_LIFETIME
    if resource:
        token = resource_token(
            application,
            subject=application.client_id,
            resource=resource,
            scope=scope,
            expires_at=expires_at,
        )
    else:
        token = CLIENT_PREFIX + new_secret()
    event = entry(
        Tag.TOKEN_ISSUED,
        target=application,
        organization_id=application.organization_id,
        application=application.name,
        scope=scope,
    )
    exchange.give_client([digest(token), application.pk, scope, now, expires_at], event)
    seconds = int(settings.ACCESS_TOKEN_LIFETIME.total_seconds())
    return TokenPair(token, "", seconds, "", scope)
