"""What a worker counts, told by itself where no web process shares its folder: a worker in a pod of its own."""

import hmac
import logging
import socket
import sys
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.conf import settings
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector, CollectorRegistry

from mago.core import metrics

logger = logging.getLogger(__name__)


class _Counted(Collector):
    collect = staticmethod(metrics.collect)


class Answer(BaseHTTPRequestHandler):
    """`/metrics` for whoever sends the token; all else is not there, and nothing says what this is written in."""

    timeout = 5  # seconds for the whole of it

    def handle(self) -> None:
        # The library's own clock begins anew with each byte.
        clock = threading.Timer(self.timeout, self._give_up)
        clock.daemon = True
        clock.start()
        try:
            super().handle()
        finally:
            clock.cancel()

    def _give_up(self) -> None:
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def do_GET(self) -> None:
        sent = self.headers.get("Authorization", "").encode()
        if self.path != "/metrics" or not hmac.compare_digest(
            sent, f"Bearer {settings.METRICS_TOKEN}".encode()
        ):
            self._answer(404, b"")
            return
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Counted())
        self._answer(200, generate_latest(registry))

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What is asked in another way, or cannot be read, is not there either."""
        self.close_connection = True
        self._answer(404, b"")

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response_only(status)
        self.send_header("Content-Type", CONTENT_TYPE_PLAIN_0_0_4)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        """Nothing: monitoring asks all the time."""


class Server(ThreadingHTTPServer):
    """So many are answered at once, and others are not heard: mails matter more than figures of them."""

    MOST = 8

    def __init__(self, *where: Any) -> None:
        self._free = threading.BoundedSemaphore(self.MOST)
        super().__init__(*where)

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:  # There is no further thread to be had.
            self._free.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing, where whoever asked has gone."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            logger.error("The figures could not be told.", exc_info=error)


def serve() -> None:
    """Monitoring is answered from a thread of this process, if MAGO_WORKER_METRICS_PORT is set."""
    port = settings.WORKER_METRICS_PORT
    if not port:
        return
    try:
        # Whoever reaches it needs the token; the settings see to it that there is one.
        server = Server(("", port), Answer)
    except OSError as error:
        logger.warning("MAGO_WORKER_METRICS_PORT %s cannot be had (%s).", port, error.strerror)
        return
    threading.Thread(target=server.serve_forever, name="figures", daemon=True).start()
