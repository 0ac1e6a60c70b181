"""The Celery application; tasks live in each slice's tasks.py, what runs when in the settings."""

import os
import time
from typing import Any

from .core.lean import hidden
from .core.starting import said_in_a_sentence

# Tasks are JSON, and run in threads or processes: neither YAML's library nor greenlets are used.
with hidden("yaml", "greenlet"):
    from celery import Celery, Task, bootsteps  # noqa: F401 - the last is what looks for greenlets
    from celery.signals import worker_process_init, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mago.settings.main")


class MagoTask(Task):
    """A task that is counted and traced, and whose lines in the log and the audit bear its name."""

    def apply_async(self, *args: Any, headers: Any = None, **options: Any) -> Any:
        return super().apply_async(
            *args, headers={**(headers or {}), "published": str(time.time())}, **options
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        # When Django's applications are there, and so not with the imports above.
        from mago import tracing
        from mago.core.context import Caller, calling
        from mago.core.metrics import TASK_WAITS, TASKS

        # A worker finds the message's headers in the request itself, an eager call beside it.
        published = self.request.get("published") or (self.request.headers or {}).get("published")
        if published:
            TASK_WAITS.labels(self.name).observe(max(0.0, time.time() - float(published)))
        began, result = time.perf_counter(), "failed"
        try:
            with calling(Caller(request_id=self.request.id or "")), tracing.span(self.name):
                done = super().__call__(*args, **kwargs)
            result = "succeeded"
            return done
        finally:
            TASKS.labels(self.name, result).observe(time.perf_counter() - began)


app = Celery("mago", task_cls=MagoTask)
# At once: later, Celery would put forty lines of its own around what is wrong with the settings.
with said_in_a_sentence():
    app.config_from_object("django.conf:settings", namespace="CELERY", force=True)
app.autodiscover_tasks()
# Which application is current is each thread's own: without this, a request's thread or a retry
# would look for a broker that nobody configured.
app.set_default()


@worker_process_init.connect
def _trace(**_: Any) -> None:
    from mago import tracing

    tracing.start("mago-worker")


@worker_ready.connect
def _tell_figures(**_: Any) -> None:
    # In the first process, which adds up what all of its children count.
    from mago import worker_figures

    worker_figures.serve()
