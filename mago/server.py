"""The web server of `manage.py serve`: granian, with one worker process forked from this one.

The fork shares what Django has imported, so that one import serves both processes.
"""

import gc
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import connections
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from mago.core.memory import return_free, share_arenas

# Whoever waits for a hashing slot holds a thread, and there may be 18 of them (passwords/lane.py);
# with fewer threads than that, sign-ins would keep all other requests from being answered.
THREADS = 24
STOP_LIMIT = 5  # seconds for requests and tasks that are under way


def serve(host: str, port: int, announce: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM; `announce` is called once, as soon as the port answers."""
    server = Granian(
        "mago.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        blocking_threads=THREADS,
        workers_kill_timeout=STOP_LIMIT,
        # Below this level it only tells what it does.
        log_level=LogLevels.error,
    )
    # A connection cannot be used on both sides of a fork.
    connections.close_all()
    return_free()
    # The collector writes into every object it looks at, and what is written is shared no longer.
    gc.freeze()
    load = partial(load_in_worker, partial(announce_when_open, host, port, announce))
    server.serve(target_loader=load, wrap_loader=False)


def load_in_worker(announce: Callable[[], None]) -> Any:
    """The WSGI application, in a worker that ends when it is told to or when its parent is gone."""
    # Ctrl-C reaches a terminal's whole group; only the parent shall hear it, and then stop us.
    os.setpgrp()
    # Until granian has its own handler, the one inherited from the parent would swallow this.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # Threads seldom allocate at the same moment, as Python lets one run at a time.
    share_arenas(2)
    in_background(end_with_parent)
    from mago.wsgi import application

    in_background(announce)
    return application


def end_with_parent() -> None:
    """A killed parent must not leave a worker behind that holds the port."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


def announce_when_open(host: str, port: int, announce: Callable[[], None]) -> None:
    while True:
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            announce()
            return


def in_background(work: Callable[[], None]) -> None:
    threading.Thread(target=work, daemon=True).start()
