"""Copies and erasures are asked for, done, downloaded once and forgotten."""

from datetime import timedelta
from functools import partial
from typing import BinaryIO

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access.permissions import Permission
from accounts.access.principals import forget
from accounts.access.services.demands import demand_permission
from accounts.access.services.members import tell_of_end
from accounts.access.services.people import demand_rank
from accounts.models import User
from accounts.standing.selectors import deletion_of, overdue
from accounts.standing.services import tell
from mago.audit.services import Asker, record
from mago.audit.tags import Tag
from mago.core.context import caller
from mago.core.errors import Conflict, NotFound
from mago.core.ratelimit import Limit
from mago.core.trigram_tables import forget_deleted

from .addresses import addresses_of
from .copying import copy_of
from .files import delete_before, path_of, write
from .models import OPEN, DataRequest, Kind, State
from .registry import elsewhere

REMEMBERED = timedelta(days=365)
BATCH = 100
# Each reads all of the trail that is about somebody, and lies there as a file.
OWN_COPIES = Limit("privacy:own-copies", 5, 24 * 3600)


def ask_for_copy(*, person: User, actor: User, reason: str = "") -> DataRequest:
    """A worker writes all that is held of the person into a file, which `actor` can download once.

    Somebody else than the person needs the permission and the rank, and the person is told. Conflict while an
    earlier one is not finished; TooMany for whoever asks for their own all the time.
    """
    if actor.pk == person.pk:
        OWN_COPIES.take(str(person.pk))
    return _ask_for_copy(person, actor, reason)


@transaction.atomic
def _ask_for_copy(person: User, actor: User, reason: str) -> DataRequest:
    if actor.pk != person.pk:
        demand_permission(actor, Permission.PEOPLE_EXPORT)
        demand_rank(actor, person)
        tell(person, "copied")
    request = _ask(Kind.COPY, person, actor, reason)
    record(Tag.PERSON_EXPORT_ASKED, actor=actor, target=person, reason=reason)
    return request


@transaction.atomic
def ask_for_erasure(*, person: User, actor: User, reason: str) -> DataRequest:
    """Who lies in the recycle bin is erased by a worker, soon. Conflict for anybody else, and where it is asked for."""
    demand_permission(actor, Permission.PEOPLE_DELETE)
    demand_rank(actor, person)
    if deletion_of(person) is None:
        words = _("Delete the person first: only who lies in the recycle bin can be erased.")
        raise Conflict(words, code="not_deleted")
    request = _ask(Kind.ERASURE, person, actor, reason)
    record(Tag.PERSON_ERASURE_ASKED, actor=actor, target=person, reason=reason)
    return request


def ask_for_overdue() -> None:
    """Whose time in the recycle bin is over is erased by a worker."""
    asked = DataRequest.objects.filter(kind=Kind.ERASURE, state__in=OPEN).values("person_id")
    for deletion in overdue().exclude(pk__in=asked).select_related("person")[:BATCH]:
        try:
            with transaction.atomic():
                _ask(Kind.ERASURE, deletion.person, None, "")
        except Conflict:
            continue  # Another process was quicker.


def carry_out(request: DataRequest) -> None:
    """The copy lies there, or the person is erased; nothing where they are gone, or were restored meanwhile."""
    if request.kind == Kind.ERASURE:
        _erase(request)
        return
    person = User.objects.filter(pk=request.person_id).first()
    if person is None:
        raise NotFound
    write(request, copy_of(person))
    if not User.objects.filter(pk=person.pk).exists():  # Erased meanwhile; see there.
        path_of(request).unlink(missing_ok=True)
        raise NotFound


@transaction.atomic
def _erase(request: DataRequest) -> None:
    """Nothing but the key is left of the person, in the trail."""
    # In the order in which somebody is restored.
    person = User.objects.select_for_update().filter(pk=request.person_id).first()
    binned = deletion_of(person) if person else None
    # Restored meanwhile; and whoever was deleted again has their time to be restored again.
    if person is None or binned is None or binned.deleted_at > request.created_at:
        return
    addresses = addresses_of(person)
    asker = Asker(request.asked_by_id) if request.asked_by_id else None
    tell_of_end(person, actor=asker, reason="person erased")
    record(Tag.PERSON_ERASED, actor=asker, target=person)
    for one in elsewhere():
        one.erase(person, addresses)
    about = DataRequest.objects.filter(person_id=person.pk)
    for copy in about.filter(kind=Kind.COPY):
        # Not before: a copy that is being written now is looked at here, or finds that the person is gone.
        transaction.on_commit(partial(path_of(copy).unlink, missing_ok=True))
    about.update(reason="", address="", request_id="")
    person.delete()
    forget()
    transaction.on_commit(partial(forget_deleted, connection))


def download(request: DataRequest, *, actor: User) -> BinaryIO:
    """The file of a copy, once: it is open, and gone. NotFound for the second who asks, and after its time."""
    mine = DataRequest.objects.filter(pk=request.pk, kind=Kind.COPY, asked_by_id=actor.pk)
    with transaction.atomic():
        if not mine.filter(state=State.DONE, downloaded_at=None).update(
            downloaded_at=timezone.now()
        ):
            raise NotFound(_("This was downloaded already, or its time is over. Ask for another."))
        try:
            file = path_of(request).open("rb")
        except FileNotFoundError:
            words = _("This was downloaded already, or its time is over. Ask for another.")
            raise NotFound(words) from None
        record(Tag.PERSON_EXPORT_DOWNLOADED, actor=actor, target=User(pk=request.person_id))
    path_of(request).unlink(missing_ok=True)
    return file


def remove_old() -> None:
    """Files are gone after their time, and what was asked for long ago is forgotten."""
    now = timezone.now()
    delete_before(now - timedelta(hours=settings.PRIVACY_EXPORT_HOURS))
    old = DataRequest.objects.filter(created_at__lt=now - REMEMBERED).exclude(state__in=OPEN)
    old.delete()


def _ask(kind: Kind, person: User, actor: User | None, reason: str) -> DataRequest:
    who = caller()
    try:
        with transaction.atomic():
            return DataRequest.objects.create(
                kind=kind,
                person_id=person.pk,
                asked_by_id=actor.pk if actor else None,
                reason=reason,
                address=who.address[:45],
                request_id=who.request_id[:64],
                created_at=timezone.now(),
            )
    except IntegrityError:
        words = _("This was asked for before, and is not finished yet.")
        raise Conflict(words, code="still_running") from None
