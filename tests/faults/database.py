"""PostgreSQL stopped with `immediate` and started again, in mid-sign-in and mid-handshake."""

import threading
import time
from pathlib import Path
from typing import Any

from .house import grown, wait_until

_TALLY = """
from accounts.sessions.models import Session
from accounts.provider.models import TokenFamily
from mago.audit.models import AuditEvent
from mago.audit.verification import verify
opened = AuditEvent.objects.filter(tag="signin:session:opened").count()
print(TokenFamily.objects.count(), opened, verify().first_break)
"""


def run(folder: Path) -> str:
    with grown(folder) as (house, database, _broker, _sink):
        people = house.people(8)
        house.start_web(2)
        told: list[tuple[float, int]] = []
        tokens: list[str] = []
        stop = threading.Event()

        def sign_in_again_and_again(email: str) -> None:
            while not stop.is_set():
                status, body = house.sign_in(email, address=f"192.0.2.{people.index(email)}")
                told.append((time.monotonic(), status))
                if status == 200:
                    tokens.append(body["access_token"])
                time.sleep(0.05)

        threads = [
            threading.Thread(target=sign_in_again_and_again, args=(email,)) for email in people
        ]
        for thread in threads:
            thread.start()
        wait_until(lambda: len(tokens) > 10, 60, "nobody could sign in")
        database.stop()
        time.sleep(1)
        database.start()
        back = time.monotonic()
        seconds = wait_until(
            lambda: any(when > back and status == 200 for when, status in told), 15, "nobody could sign in again within 15 s"
        )  # fmt: skip
        time.sleep(1)
        stop.set()
        for thread in threads:
            thread.join()
        codes: dict[int, Any] = {}
        for _when, status in told:
            codes[status] = codes.get(status, 0) + 1
        assert 500 not in codes, f"somebody was told that we are broken: {codes}"
        assert 0 not in codes, f"somebody got no answer: {codes}"
        families, opened, first_break = house.shell(_TALLY).split(maxsplit=2)
        assert families == opened, f"{families} sign-ins have tokens and {opened} are in the trail"
        assert first_break == "None", f"the audit trail is broken: {first_break}"
        lost = [t for t in tokens[:20] if house.say("GET", "/api/v1/me", token=t)[0] != 200]
        assert not lost, "a sign-in that was answered is gone"
        return f"stopped immediately under 8 people: back {seconds:.1f} s after its start, answers {dict(sorted(codes.items()))}, no half session, trail whole"
