"""What administrators set off that is one step for them and several for the slices below."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access.services.people import demand_rank
from accounts.models import User
from accounts.signin.services import send_reset_link
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Conflict
from mago.messaging.models import Status
from mago.messaging.selectors import messages
from mago.messaging.services import retry

MOST_RETRIED = 500


@transaction.atomic
def send_reset(*, person: User, actor: User) -> None:
    """A link to set a new password is on its way to the person.

    Conflict where it would not work; Forbidden for who holds less than the person does.
    """
    demand_rank(actor, person)
    if not person.is_active:
        raise Conflict(_("This account is disabled: enable it first."), code="account_disabled")
    record(Tag.PASSWORD_RESET_REQUESTED, actor=actor, target=person, email=person.email)
    send_reset_link(person)


def retry_dead(*, actor: User) -> tuple[int, int]:
    """The newest dead messages wait again, at most MOST_RETRIED; how many do, and how many no longer can.

    Each is a step of its own, so that one that has changed meanwhile holds up no other.
    """
    dead = list(messages(Status.DEAD)[:MOST_RETRIED])
    retried = 0
    for message in dead:
        try:
            retry(message, actor=actor)
            retried += 1
        except Conflict:
            continue
    return retried, len(dead) - retried
