"""The Celery worker and its clock as threads of the web process, for an installation of one process.

Tasks travel in memory, so nothing of them is left when the process ends. What must not be lost lies
in the database, and is looked for at the start and by the clock.
"""

import threading
from typing import Any, cast

# Delivering mails may wait for a mail server; the other tasks do not wait for that.
THREADS = 4

_once = threading.Lock()


def start() -> None:
    """Worker and clock run until the process ends. Call it in the process that serves, after a fork."""
    if _once.acquire(blocking=False):
        threading.Thread(target=_work, name="mago-worker", daemon=True).start()


def _work() -> None:
    # In this thread, so that the first request need not wait for these imports.
    from celery.beat import Scheduler, Service
    from celery.concurrency.thread import TaskPool
    from celery.exceptions import WorkerShutdown

    from .celery import app
    from .messaging.nudge import nudge

    class Pool(TaskPool):
        """Ends the worker when the process ends: Python waits for running tasks and starts no more."""

        def on_apply(self, *args: Any, **kwargs: Any) -> Any:
            try:
                return super().on_apply(*args, **kwargs)
            except RuntimeError:
                raise WorkerShutdown(0) from None

    app.conf.update(
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_send_task_events=False,
    )
    worker = app.WorkController(
        pool=Pool,
        concurrency=THREADS,
        queues=["default", "messages", "exports"],
        without_gossip=True,
        without_heartbeat=True,
        without_mingle=True,
        loglevel="WARNING",
    )
    clock = Service(cast(Any, app), scheduler_cls=Scheduler)
    threading.Thread(target=clock.start, name="mago-clock", daemon=True).start()
    nudge()
    worker.start()
