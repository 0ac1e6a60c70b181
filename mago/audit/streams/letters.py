"""What administrators do with dead letters: send them again, or discard them. Both are recorded."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from mago.core.errors import Conflict, NotFound

from ..models import AuditDeadLetter, Outcome
from ..services import record
from ..tags import Tag
from .connecting import LONGEST, StreamFailed
from .following import LEASE, deliver, name_of, words_of
from .selectors import is_removed, lines_of
from .services import Trial

assert timedelta(seconds=LONGEST) < LEASE


def send_letter(letter: AuditDeadLetter, *, actor: object | None) -> Trial:
    """The receiver has taken the dead letter, which is gone; or it stays, with the new reason.

    Refused while somebody else sends it, and where its events were removed. It takes 25 seconds at
    most, so that it is not for a transaction.
    """
    if is_removed(letter):
        raise _removed()
    _lease(letter)
    stream, lines = letter.stream, lines_of(letter)
    if is_removed(letter):
        # Between the first look and the lines.
        _stays(letter, letter.reason, actor)
        raise _removed()
    try:
        deliver(stream, name_of(stream, letter.first, letter.last), lines)
    except StreamFailed as error:
        trial = Trial(error.step, words_of(stream, error.reason))
        _stays(letter, words_of(stream, error), actor)
    else:
        trial = Trial()
        _is_gone(letter, actor)
    return trial


@transaction.atomic
def discard_letter(letter: AuditDeadLetter, *, reason: str, actor: object | None) -> None:
    """It is never sent. Its events stay in the trail. Refused while somebody sends it."""
    if not AuditDeadLetter.objects.filter(_is_free(), pk=letter.pk).delete()[0]:
        raise _in_use(letter)
    record(
        Tag.AUDIT_LETTER_DISCARDED,
        actor=actor,
        target=letter.stream,
        reason=reason,
        error=letter.reason,
        **_place(letter),
    )


def _removed() -> Conflict:
    words = _("Its events were removed from the trail: it can only be discarded.")
    return Conflict(words, code="events_removed")


def _is_free() -> Q:
    return Q(leased_until=None) | Q(leased_until__lt=timezone.now())


def _lease(letter: AuditDeadLetter) -> None:
    until = timezone.now() + LEASE
    free = AuditDeadLetter.objects.filter(_is_free(), pk=letter.pk)
    if not free.update(leased_until=until, attempts=F("attempts") + 1):
        raise _in_use(letter)
    letter.leased_until = until


def _in_use(letter: AuditDeadLetter) -> Exception:
    if not AuditDeadLetter.objects.filter(pk=letter.pk).exists():
        return NotFound()
    return Conflict(_("It is being sent at this moment."), code="in_use")


@transaction.atomic
def _is_gone(letter: AuditDeadLetter, actor: object | None) -> None:
    AuditDeadLetter.objects.filter(pk=letter.pk).delete()
    record(Tag.AUDIT_LETTER_SENT, actor=actor, target=letter.stream, **_place(letter))


@transaction.atomic
def _stays(letter: AuditDeadLetter, reason: str, actor: object | None) -> None:
    mine = AuditDeadLetter.objects.filter(pk=letter.pk, leased_until=letter.leased_until)
    mine.update(reason=reason, leased_until=None)
    record(
        Tag.AUDIT_LETTER_SENT,
        actor=actor,
        target=letter.stream,
        outcome=Outcome.FAILURE,
        reason=reason,
        **_place(letter),
    )


def _place(letter: AuditDeadLetter) -> dict[str, Any]:
    return {"first": letter.first, "last": letter.last}
