from celery import shared_task

from .services import attachments, escalation, reminders


@shared_task
def escalate() -> None:
    escalation.return_expired_risks()
    escalation.escalate()
    reminders.remind()


@shared_task
def clean_up() -> None:
    escalation.forget_old()
    attachments.delete_strays()
