from celery import shared_task

from accounts.mfa.selectors import factors_of, reachable
from accounts.organizations.reminders import send_reminders

from . import tokens, transactions


@shared_task
def purge_links() -> None:
    tokens.purge()
    transactions.purge()


@shared_task
def remind_of_policies() -> None:
    """Runs each minute; each person is reminded once for each mark."""
    send_reminders(lambda person: reachable(person, factors_of(person)))
