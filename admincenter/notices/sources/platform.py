"""Of the platform alone: its trail, who is locked down, its messages, its endpoints."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access.permissions import Permission
from accounts.standing.selectors import lockdowns
from mago.audit.models import AuditStream
from mago.audit.streams.selectors import needing_somebody
from mago.messaging.models import Message, Status
from mago.tls.models import State
from mago.tls.selectors import endpoints

from ...selectors.figures import Count, count, unsealed_since
from ...selectors.outbox import dead
from .common import MOST, Level, Notice, Where


def of_trail(where: Where) -> list[Notice]:
    if not where.everything:
        return []
    found = []
    if since := unsealed_since():
        found.append(
            Notice(
                f"unsealed:{since:%Y-%m-%dT%H}",
                _("The audit trail is not being sealed"),
                reverse("admincenter:verification"),
                Level.DANGER,
                Permission.AUDIT_READ,
                _("Is the background worker running? If it is, run manage.py audit_verify."),
                since,
            )
        )
    for stream in needing_somebody()[:MOST]:
        if stream.is_enabled and stream.failures:
            found.append(_of_failure(stream))
        if stream.dead_letters:
            found.append(_of_letters(stream))
    return found


def _of_failure(stream: AuditStream) -> Notice:
    gave_up = stream.dead_since is not None
    words = _("The stream %(name)s gave up") if gave_up else _("The stream %(name)s cannot send")
    return Notice(
        f"stream:{stream.pk}:{stream.state}:{stream.failing_since:%Y-%m-%dT%H:%M}",
        words % {"name": stream.name},
        reverse("admincenter:stream", args=[stream.pk]),
        Level.DANGER if gave_up else Level.WARNING,
        Permission.AUDIT_READ,
        stream.last_error,
        stream.dead_since or stream.failing_since,
    )


def _of_letters(stream: Any) -> Notice:
    words = ngettext(
        "The stream %(name)s has %(number)s dead letter",
        "The stream %(name)s has %(number)s dead letters",
        stream.dead_letters,
    )
    return Notice(
        f"letters:{stream.pk}:{stream.newest_letter:%Y-%m-%dT%H:%M}",
        words % {"name": stream.name, "number": stream.dead_letters},
        reverse("admincenter:stream", args=[stream.pk]),
        Level.WARNING,
        Permission.AUDIT_READ,
        _("Its receiver refuses these events for what they say: send them again, or discard them."),
        stream.newest_letter,
    )


def of_lockdowns(where: Where) -> list[Notice]:
    """One of all that are in force, until the last one is lifted."""
    newest = lockdowns().order_by("-started_at", "-id").first() if where.everything else None
    if newest is None:
        return []
    number = count(lockdowns())
    words = ngettext(
        "%(number)s lockdown is in force", "%(number)s lockdowns are in force", number.number
    )
    return [
        Notice(
            f"lockdowns:{newest.pk}",
            words % {"number": number},
            reverse("admincenter:lockdowns"),
            Level.WARNING,
            Permission.LOCKDOWNS_READ,
            _("The newest one is that of %(who)s.") % {"who": newest.person or newest.organization},
            newest.started_at,
        )
    ]


def of_messages(where: Where) -> list[Notice]:
    number = dead() if where.everything else Count(0)
    if not number:
        return []
    newest = Message.objects.filter(status=Status.DEAD).order_by("-id").values_list("id", flat=True)
    words = ngettext(
        "%(number)s message could not be sent",
        "%(number)s messages could not be sent",
        number.number,
    )
    return [
        Notice(
            f"dead:{newest[0]}",
            words % {"number": number},
            reverse("admincenter:messages") + "?status=dead",
            Level.WARNING,
            Permission.MESSAGES_READ,
            _("They were tried several times and given up."),
        )
    ]


def of_endpoints(where: Where) -> list[Notice]:
    if not where.everything:
        return []
    found, page = [], reverse("admincenter:certificates")
    for endpoint in endpoints():
        if endpoint.state in (State.OVERDUE, State.EXPIRED):
            is_over = endpoint.state == State.EXPIRED
            words = (
                _("The certificate of %(endpoint)s has ended")
                if is_over
                else _("The certificate of %(endpoint)s was not renewed in time")
            )
            found.append(
                Notice(
                    f"certificate:{endpoint.pk}:{endpoint.state}:{endpoint.serial}"[:120],
                    words % {"endpoint": endpoint},
                    page,
                    Level.DANGER if is_over else Level.WARNING,
                    Permission.CERTIFICATES_READ,
                    since=endpoint.not_after if is_over else endpoint.renewal_at,
                )
            )
        if endpoint.breaches:
            found.append(
                Notice(
                    f"tls:{endpoint.pk}:{len(endpoint.breaches)}",
                    _("%(endpoint)s is not as the TLS policy wants it") % {"endpoint": endpoint},
                    page,
                    Level.WARNING,
                    Permission.CERTIFICATES_READ,
                    endpoint.breaches[0],
                    endpoint.scanned_at,
                )
            )
    return found
