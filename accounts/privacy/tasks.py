from uuid import UUID

from celery import shared_task

from . import running, services


@shared_task
def run_requests() -> None:
    for request_id in running.due():
        run_request.delay(str(request_id))


# Not acknowledged late: what is cut short is found again in the database.
@shared_task(acks_late=False)
def run_request(request_id: str) -> None:
    running.run(UUID(request_id))


@shared_task
def tidy() -> None:
    services.ask_for_overdue()
    services.remove_old()
