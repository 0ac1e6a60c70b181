"""Eight writers on SQLite at once: nobody hears "database is locked"."""

import threading
import time
from pathlib import Path

from .house import House, wait_until

WRITERS, SECONDS = 8, 15


def run(folder: Path) -> str:
    house = House(folder)
    house.manage("migrate", "-v0")
    people = house.people(WRITERS)
    try:
        house.start_web()
        told: list[int] = []
        stop = time.monotonic() + SECONDS
        pairs = [house.sign_in(email, address=f"192.0.2.{n}")[1] for n, email in enumerate(people)]
        assert all(pairs), "somebody could not sign in"

        def write(pair: dict[str, str]) -> None:
            """Each refresh writes tokens and an audit row."""
            while time.monotonic() < stop:
                status, renewed = house.say("POST", "/api/v1/auth/refresh", {"refresh_token": pair["refresh_token"]})  # fmt: skip
                told.append(status)
                pair = renewed if status == 200 else pair

        threads = [threading.Thread(target=write, args=(pair,)) for pair in pairs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        wait_until(lambda: house.say("GET", "/health/live")[0] == 200, 10, "it is gone")
        wrong = {status for status in told if status != 200}
        logs = b"".join(path.read_bytes() for path in folder.glob("*.log"))
        assert b"locked" not in logs, 'somebody heard "database is locked"'
        assert not wrong, f"answers were {wrong}"
        return f"{WRITERS} writers, {len(told)} writes in {SECONDS} s, 0 locked, 0 refused"
    finally:
        house.stop()
