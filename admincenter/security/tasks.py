from celery import shared_task

from .services import attachments, escalation


@shared_task
def escalate() -> None:
    escalation.return_expired_risks()
    escalation.escalate()


@shared_task
def clean_up() -> None:
    escalation.forget_old()
    attachments.delete_strays()
