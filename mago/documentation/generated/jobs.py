"""What runs by itself."""

from datetime import timedelta

from mago.settings import schedule

from .tables import table, time

HEAD = """# Periodic jobs
Made by `manage.py document` from `mago/settings/schedule.py`. The clock publishes them (the embedded worker's own, in one process); a worker does them, and one that comes late or twice does no harm. How long each waited and ran: `mago_task_wait_seconds`, `mago_task_seconds` ([metrics](metrics.md)).

"""


def text() -> str:
    jobs = sorted(schedule.CELERY_BEAT_SCHEDULE.items(), key=lambda job: str(job[1]["task"]))
    rows = [(name, _every(job["schedule"]), f"`{job['task']}`") for name, job in jobs]
    return HEAD + table(["job", "every", "task"], rows)


def _every(schedule: object) -> str:
    assert isinstance(schedule, timedelta)
    return time(schedule.total_seconds()).removeprefix("1 ")
