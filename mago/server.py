"""The web server of `manage.py serve`: granian, and one worker process.

The first process starts the worker and stops it, which takes the port once it is ready. It knows nothing of Django:
what both had loaded would soon be there twice, as Python writes into each object that it looks at. So nothing of
ours is imported above; the worker does it all.
"""

import argparse
import gc
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

# Whoever waits for a hashing slot holds a thread, and there may be 18 of them (passwords/lane.py);
# with fewer threads than that, sign-ins would keep all other requests from being answered.
THREADS = 24
# The garbage collector looks through what is new each time that so many more objects were made than went. A page of
# fifty rows makes some thousands and lets them go by itself: by Python's 700 a page in eleven met a longer look.
GARBAGE = 5000
STOP_LIMIT = 5  # seconds for requests and tasks that are under way


class Server(Granian):  # type: ignore[misc, valid-type]  # granian chooses it by the kind of Python
    """granian, which ends when its terminal does (SIGHUP), unless it was started by `nohup`.

    It would load the code anew instead, in a process that keeps what it has of the old: a new version is
    started anew (docs/operations/upgrade.md).
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.outlives_terminal = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
        logging.getLogger("_granian").addFilter(self.is_news)

    def is_news(self, line: logging.LogRecord) -> bool:
        """A worker that ended by itself has said why; only where a signal ended it, nobody did."""
        ended = line.getMessage().startswith("Unexpected exit")
        return not ended or any((worker.inner.exitcode or 0) < 0 for worker in self.wrks)

    def signal_handler_reload(self, *args: Any, **options: Any) -> None:
        if not self.outlives_terminal:
            self.signal_handler_interrupt(*args, **options)


def serve(words: list[str]) -> None:
    """Serve as these words of the command line say, until SIGINT, SIGTERM or the terminal's end."""
    host, port = listens_on(words)
    refuse_taken_port(host, port)
    server = Server(
        "mago.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        blocking_threads=THREADS,
        workers_kill_timeout=STOP_LIMIT,
        # Below this level it only tells what it does.
        log_level=LogLevels.error,
    )
    server.serve(target_loader=partial(load_in_worker, words, host, port), wrap_loader=False)


def listens_on(words: list[str]) -> tuple[str, int]:
    """Host and port, as the command and the settings know them; these say what is wrong with others."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--host", default="127.0.0.1")
    known, _ = parser.parse_known_args(words)
    try:
        port = int(os.environ.get("PORT") or 8000)
    except ValueError:
        port = 0
    return known.host, port if 0 < port < 65536 else 8000


def refuse_taken_port(host: str, port: int) -> None:
    """granian would share the port with whoever has it, without a word."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        sys.exit(
            f"Port {port} of {host} cannot be had ({(error.strerror or '').partition(' (')[0]}): "
            f"stop what uses it, or choose another, for example PORT={port + 1} bin/run."
        )


def load_in_worker(words: list[str], host: str, port: int) -> Any:
    """The WSGI application, in a worker that ends when it is told to or when its parent is gone."""
    # Ctrl-C reaches a terminal's whole group; only the parent shall hear it, and then stop us.
    os.setpgrp()
    # Until granian has its own handler, the one inherited from the parent would swallow this.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    in_background(end_with_parent)
    from mago.core import lending
    from mago.core.memory import return_free, share_arenas

    # Threads seldom allocate at the same moment, as Python lets one run at a time.
    share_arenas(2)
    # What is loaded stays: it is looked through once, and not each time that something was added.
    gc.disable()
    announce = prepare(words)
    # Somebody may have taken it meanwhile, and would be taken for us.
    refuse_taken_port(host, port)
    from django.urls import reverse

    from mago.wsgi import application

    # All pages, which the first visitor would wait for.
    reverse("home")
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE)
    gc.enable()
    return_free()
    # Django's threads keep a connection each; these take turns.
    lending.begin()
    in_background(partial(announce_when_open, host, port, announce))
    return application


def prepare(words: list[str]) -> Callable[[], None]:
    """The command has done what comes before serving; what it has to say once the port answers."""
    import django

    from mago.core.starting import said_in_a_sentence

    with said_in_a_sentence():
        from django.core.management.base import handle_default_options

        parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
        parser.add_argument("--settings")
        parser.add_argument("--pythonpath")
        handle_default_options(parser.parse_known_args(words)[0])
        django.setup()
        from mago.management.commands.serve import Command

        command = Command()
        command.run_from_argv(["manage.py", "serve", *words])
    return command.announce


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
