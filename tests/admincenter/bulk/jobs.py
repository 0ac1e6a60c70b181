"""A job about many rows: drafted from a list, started, looked at."""

from typing import Any

from mago.jobs import running
from mago.jobs.models import Job
from tests.conftest import Browser


def drafted(browser: Browser, path: str, work: str, *rows: Any, **data: Any) -> Job:
    """What a press below the list at `path` drafts, with these rows ticked."""
    ticked = data.pop("ticked", "row")
    sent = {"work": work, ticked: [str(row.pk) for row in rows], **data}
    answer = browser.post(f"/admincenter/{path}choose/", sent)
    job = Job.objects.order_by("created_at", "pk").last()
    assert job, answer.content
    assert answer["Location"] == f"/admincenter/jobs/{job.pk}/"
    return job


def run(browser: Browser, job: Job, reason: str = "tidied up") -> dict[str, str]:
    """What became of each; "" for what was done."""
    assert browser.post(f"/admincenter/jobs/{job.pk}/start/", {"reason": reason}).status_code == 302
    running.run(job.pk)
    return told(job)


def undo(browser: Browser, job: Job) -> dict[str, str]:
    assert browser.post(f"/admincenter/jobs/{job.pk}/undo/").status_code == 302
    back = Job.objects.get(undoes=job)
    running.run(back.pk)
    return told(back)


def told(job: Job) -> dict[str, str]:
    """By what it is called: why it was left out, or not done."""
    return {item.label: item.message for item in job.items.order_by("number")}
