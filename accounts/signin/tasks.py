from celery import shared_task

from accounts.mfa.selectors import within_reach
from accounts.organizations.reminders import send_reminders

from . import tokens


@shared_task
def purge_links() -> None:
    tokens.purge()


@shared_task
def remind_of_policies() -> None:
    """Runs each minute; each person is reminded once for each mark."""
    send_reminders(within_reach)
