"""Wakes the worker after a commit, and never costs the request anything.

Publishing is done by a thread of its own: a broker that is slow, full or gone delays nobody, and
many commits in a row make one nudge. What is not nudged is found by the sweeper.
"""

import logging
import os
import threading
import time

from celery import current_app

logger = logging.getLogger("mago.messaging")

# Long enough that a burst of commits makes few nudges, too short to be felt.
_PAUSE = 0.05


class _Nudger:
    def __init__(self) -> None:
        self.wanted = threading.Event()
        threading.Thread(target=self._run, name="mago-nudge", daemon=True).start()

    def _run(self) -> None:
        while self.wanted.wait():
            self.wanted.clear()
            publish()
            time.sleep(_PAUSE)


_lock = threading.Lock()
# By process, as a thread does not survive a fork: the child starts its own.
_nudgers: dict[int, _Nudger] = {}


def nudge() -> None:
    """The worker will soon look for what is due."""
    if current_app.conf.task_always_eager:
        publish()
        return
    with _lock:
        nudger = _nudgers.get(os.getpid()) or _nudgers.setdefault(os.getpid(), _Nudger())
    nudger.wanted.set()


def publish() -> None:
    """The task is on its way, or the trouble is in the log."""
    from .tasks import deliver_due

    try:
        deliver_due.apply_async(retry=False)
    except Exception as error:  # noqa: BLE001  (each broker fails in its own way)
        logger.warning(
            "The worker was not nudged (%s); the sweeper will find the messages.",
            type(error).__name__,
        )
