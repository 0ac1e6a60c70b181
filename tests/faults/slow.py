"""Two hundred requests that are begun and never ended: everybody else is answered all the same."""

import socket
import statistics
import threading
import time
from contextlib import suppress
from pathlib import Path

from .house import House

HALF, SECONDS = 200, 15
_HEADERS = (
    b"POST /api/v1/auth/login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
)
KINDS = {"headers": _HEADERS, "body": _HEADERS + b"Content-Length: 1000\r\n\r\n{"}


class Half:
    """Connections over which a byte a second is said, so that none is idle."""

    def __init__(self, port: int, beginning: bytes) -> None:
        self.sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(HALF)]
        self._over = threading.Event()
        for one in self.sockets:
            one.sendall(beginning)
        self._thread = threading.Thread(target=self._drip)
        self._thread.start()

    def _drip(self) -> None:
        while not self._over.wait(1):
            for one in self.sockets:
                with suppress(OSError):
                    one.send(b"x")

    def stop(self) -> None:
        self._over.set()
        self._thread.join()
        for one in self.sockets:
            one.close()


def run(folder: Path) -> str:
    house = House(folder)
    house.manage("migrate", "-v0")
    (email,) = house.people(1)
    said = []
    try:
        house.start_web()
        for kind, beginning in KINDS.items():
            half = Half(house.port, beginning)
            try:
                waits, until = list[float](), time.monotonic() + SECONDS
                while time.monotonic() < until:
                    began = time.monotonic()
                    status, _body = house.say("GET", "/health/live", seconds=10)
                    assert status == 200, f"with {HALF} half {kind} an honest request got {status}"
                    waits.append(time.monotonic() - began)
                    time.sleep(0.2)
                signed_in = house.sign_in(email, address="192.0.2.9")[0]
                assert signed_in == 200, f"with {HALF} half {kind} a sign-in got {signed_in}"
                p95 = statistics.quantiles(waits, n=20)[-1]
                assert p95 < 1, f"with {HALF} half {kind} one request in twenty took {p95:.1f} s"
                said.append(f"{HALF} half {kind}: p95 {p95 * 1000:.0f} ms")
            finally:
                half.stop()
        return f"{'; '.join(said)}; a sign-in beside each"
    finally:
        house.stop()
