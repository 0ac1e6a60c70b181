"""The Celery worker and its clock as threads of the web process, for an installation of one process."""

import threading

_started = threading.Lock()


def start(concurrency: int = 2) -> None:
    """Worker and beat run until the process ends; a second call does nothing."""
    if not _started.acquire(blocking=False):
        return
    from celery.beat import EmbeddedService, Scheduler

    from .celery import app

    app.conf.update(worker_enable_remote_control=False, worker_hijack_root_logger=False, worker_send_task_events=False)
    worker = app.WorkController(
        pool="threads", concurrency=concurrency, queues=["default", "messages"], without_heartbeat=True, without_mingle=True, without_gossip=True, loglevel="WARNING"
    )
    threading.Thread(target=worker.start, name="mago-worker", daemon=True).start()
    EmbeddedService(app, thread=True, scheduler_cls=Scheduler).start()
