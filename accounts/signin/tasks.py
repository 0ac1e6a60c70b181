from celery import shared_task

from accounts.access.facts import Strength
from accounts.mfa.selectors import PROOFS, kinds_of
from accounts.models import User
from accounts.organizations.reminders import send_reminders
from accounts.sessions.assurance import Proof, strength_of

from . import tokens


@shared_task
def purge_links() -> None:
    tokens.purge()


@shared_task
def remind_of_policies() -> None:
    """Runs each minute; each person is reminded once for each mark."""
    send_reminders(_within_reach)


def _within_reach(person: User) -> Strength:
    """What somebody can show with their password and the factors that they have set up."""
    return strength_of([Proof.PASSWORD, *(PROOFS[kind] for kind in kinds_of(person))])
