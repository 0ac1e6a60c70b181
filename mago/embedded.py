"""The Celery worker and its clock as threads of the web process, for an installation of one process.

Tasks travel in memory, so nothing of them is left when the process ends. What must not be lost lies
in the database, and is looked for at the start and by the clock.
"""

import threading

# Delivering mails may wait for a mail server; the other tasks do not wait for that.
THREADS = 4

_once = threading.Lock()


def start() -> None:
    """Worker and clock run until the process ends. Call it in the process that serves, after a fork."""
    if _once.acquire(blocking=False):
        threading.Thread(target=_work, name="mago-worker", daemon=True).start()


def _work() -> None:
    # In this thread, so that the first request need not wait for these imports.
    from celery.beat import EmbeddedService, Scheduler

    from .celery import app
    from .messaging.nudge import nudge

    app.conf.update(
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_send_task_events=False,
    )
    worker = app.WorkController(
        pool="threads",
        concurrency=THREADS,
        queues=["default", "messages"],
        without_gossip=True,
        without_heartbeat=True,
        without_mingle=True,
        loglevel="WARNING",
    )
    EmbeddedService(app, thread=True, scheduler_cls=Scheduler).start()
    nudge()
    worker.start()
