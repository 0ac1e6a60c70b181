"""Sessions are ended here, each with its audit row. A browser's own: browser.py."""

from django.db import transaction

from accounts.models import User
from mago.audit.services import record
from mago.audit.tags import Tag

from .models import Session


@transaction.atomic
def end_session(session: Session, *, actor: User) -> None:
    """This session is dead at its next request."""
    Session.objects.filter(pk=session.pk).delete()
    record(Tag.SESSION_ENDED, actor=actor, target=session.user, session=str(session.id))
