"""What administrators do with streams; each of it is recorded, and no secret in it."""

import hmac
import json
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mago.core.errors import Refused
from mago.core.holding import hold

from ..canonical import moment
from ..cleaning import clean_text
from ..models import AuditStream, StreamKind
from ..selectors import last_link
from ..services import record
from ..statements import installation
from ..tags import Tag
from .addresses import read_address
from .connecting import Step, StreamFailed
from .following import deliver, words_of
from .webhook import new_secret


def create_stream(
    *, name: str, kind: str, address: str, from_the_start: bool = False, actor: object | None
) -> tuple[AuditStream, str]:
    """The stream is sent what happens from now on, or all there is; and its secret, this once."""
    kind = StreamKind(kind)
    _check(kind, address)
    last = None if from_the_start else last_link()
    stream = AuditStream(
        name=clean_text(name.strip(), 100),
        kind=kind,
        address=address,
        secret=new_secret() if kind is StreamKind.WEBHOOK else "",
        position=last.sequence if last else 0,
        created_at=timezone.now(),
    )
    with transaction.atomic():
        _save(stream)
        record(Tag.AUDIT_STREAM_CREATED, actor=actor, target=stream, after=_facts(stream))
    return stream, stream.secret


def change_stream(
    stream: AuditStream, *, name: str, address: str, secret: str = "", actor: object | None
) -> AuditStream:
    """The stream goes elsewhere, or is called otherwise, and goes on from where it is.

    Whoever sends it elsewhere proves that they know its `secret`: else an intruder could have things
    signed with it that the receiver believes.
    """
    _check(stream.kind, address)
    changed = ["name", "address"]
    if address != stream.address:
        _check_secret(stream, secret)
        # They were somebody else's.
        stream.refusals, stream.at_once = 0, None
        changed += ["refusals", "at_once"]
    before = _facts(stream)
    stream.name, stream.address = clean_text(name.strip(), 100), address
    with transaction.atomic():
        _save(stream, *changed)
        after = _facts(stream)
        record(Tag.AUDIT_STREAM_CHANGED, actor=actor, target=stream, before=before, after=after)
    return stream


@transaction.atomic
def renew_secret(stream: AuditStream, *, actor: object | None) -> str:
    """The new secret, this once; the old one signs nothing any more. Refused for a stream that has none."""
    if not stream.secret:
        raise Refused(_("This stream has no secret."), code="no_secret")
    stream.secret = secret = new_secret()
    stream.save(update_fields=["secret"])
    record(Tag.AUDIT_STREAM_SECRET_RENEWED, actor=actor, target=stream)
    return secret


def enable_stream(stream: AuditStream, *, actor: object | None) -> None:
    """The stream goes on from where it was."""
    _switch(stream, True, Tag.AUDIT_STREAM_ENABLED, actor)


def disable_stream(stream: AuditStream, *, actor: object | None) -> None:
    """Nothing is sent until the stream is enabled again."""
    _switch(stream, False, Tag.AUDIT_STREAM_DISABLED, actor)


@transaction.atomic
def resume_stream(stream: AuditStream, *, skip: bool = False, actor: object | None) -> None:
    """A stream that gave up tries again at once; with `skip` it leaves out what has waited.

    The event names what was left out, so that it can be exported and brought there by hand.
    """
    hold(stream)
    last = last_link() if skip else None
    detail: dict[str, Any] = {}
    before = {"position": stream.position, "error": stream.last_error}
    if last and last.sequence > stream.position:
        detail["skipped"] = {"first": stream.position + 1, "last": last.sequence}
        stream.position = last.sequence
    stream.failures, stream.last_error = 0, ""
    stream.at_once, stream.refusals = None, 0
    stream.dead_since = stream.failing_since = stream.next_attempt_at = None
    stream.save(
        update_fields=[
            "position",
            "failures",
            "last_error",
            "at_once",
            "refusals",
            "dead_since",
            "failing_since",
            "next_attempt_at",
        ]
    )
    after = {"position": stream.position}
    record(
        Tag.AUDIT_STREAM_RESUMED, actor=actor, target=stream, before=before, after=after, **detail
    )


@transaction.atomic
def delete_stream(stream: AuditStream, *, actor: object | None) -> None:
    """Nothing is sent there any more, and its secret is gone, and its dead letters."""
    hold(stream)  # No worker sets anything aside meanwhile.
    record(Tag.AUDIT_STREAM_DELETED, actor=actor, target=stream, before=_facts(stream))
    stream.delete()


@dataclass(frozen=True)
class Trial:
    """How far a test event came: `failed` is the step that did not work, or None."""

    failed: Step | None = None
    reason: str = ""

    @property
    def passed(self) -> list[Step]:
        steps = list(Step)
        return steps if self.failed is None else steps[: steps.index(self.failed)]


def try_stream(stream: AuditStream, *, actor: object | None) -> Trial:
    """One event that says that it is a test was sent, or could not be."""
    members = {
        "type": "test",
        "installation": installation(),
        "time": moment(timezone.now()),
        "message": "This is a test of an audit stream. Nothing happened.",
    }
    try:
        deliver(stream, f"{stream.id}-test-{members['time']}", [json.dumps(members)])
        trial = Trial()
    except StreamFailed as error:
        trial = Trial(error.step, words_of(stream, error.reason))
    step = trial.failed.value if trial.failed else None
    record(Tag.AUDIT_STREAM_TESTED, actor=actor, target=stream, failed=step, reason=trial.reason)
    return trial


@transaction.atomic
def _switch(stream: AuditStream, is_enabled: bool, tag: Tag, actor: object | None) -> None:
    changed = AuditStream.objects.filter(pk=stream.pk).exclude(is_enabled=is_enabled)
    if changed.update(is_enabled=is_enabled):
        record(tag, actor=actor, target=stream)
    stream.is_enabled = is_enabled


def _check(kind: str, address: str) -> None:
    try:
        read_address(kind, address)
    except StreamFailed as error:
        raise _refused("address", error.reason, "bad_address") from None


def _check_secret(stream: AuditStream, secret: str) -> None:
    if not hmac.compare_digest(stream.secret.encode(), secret.encode("utf-8", "replace")):
        words = _("To send it elsewhere, give the present secret of the stream.")
        raise _refused("secret", words, "secret_wrong")


def _save(stream: AuditStream, *fields: str) -> None:
    """The row is saved, these fields of it or all; Refused for a name that is missing or taken."""
    if not stream.name:
        raise _refused("name", _("Give the stream a name."), "name_missing")
    try:
        with transaction.atomic():
            stream.save(update_fields=fields or None, force_insert=not fields)
    except IntegrityError:
        raise _refused("name", _("Another stream has this name."), "name_taken") from None


def _refused(field: str, words: str, code: str) -> Refused:
    return Refused(words, code=code, fields={field: [words]})


def _facts(stream: AuditStream) -> dict[str, object]:
    return {
        "name": stream.name,
        "kind": stream.kind,
        "place": stream.place,
        "position": stream.position,
    }
