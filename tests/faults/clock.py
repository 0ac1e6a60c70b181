"""The clock of the machine is five minutes fast, then five minutes slow, under people who are signed in."""

import time
from pathlib import Path

from .house import House, wait_until

MINUTES = 5
# Read by every Python process of the house at its start, before anything asks for the time.
_SHIFTED = """
import os, time
_real = time.time
_place = os.environ["FAULT_CLOCK"]
_kept = [0.0, 0.0]
def _offset():
    now = time.monotonic()
    if now > _kept[0]:
        with open(_place) as file:
            _kept[:] = now + 0.1, float(file.read() or 0)
    return _kept[1]
time.time = lambda: _real() + _offset()
time.time_ns = lambda: int(time.time() * 1e9)
import django.utils.timezone as zone
_now = zone.now
from datetime import timedelta
zone.now = lambda: _now() + timedelta(seconds=_offset())
"""
_TALLY = """
from mago.audit.verification import verify
from mago.messaging.models import Message
print(Message.objects.exclude(status="sent").count(), verify().first_break)
"""


def run(folder: Path) -> str:
    place = folder / "offset"
    place.write_text("0")
    (folder / "sitecustomize.py").write_text(_SHIFTED)
    house = House(folder, PYTHONPATH=str(folder), FAULT_CLOCK=str(place))
    house.manage("migrate", "-v0")
    (email,) = house.people(1)
    asked = 0
    try:
        house.start_web()
        pair = house.sign_in(email)[1]
        for number, offset in enumerate((MINUTES * 60, -MINUTES * 60, 0)):
            place.write_text(str(offset))
            time.sleep(0.3)
            address = f"192.0.2.{number}"
            for _ in range(5):
                told = house.say("GET", "/api/v1/me", token=pair["access_token"])[0]
                assert told == 200, f"at {offset} s somebody was signed out: {told}"
                status, renewed = house.say("POST", "/api/v1/auth/refresh", {"refresh_token": pair["refresh_token"]})  # fmt: skip
                assert status == 200, f"at {offset} s a refresh was answered {status}"
                pair, asked = renewed, asked + 2
            status, _body = house.sign_in(email, address=address)
            assert status == 200, f"at {offset} s a sign-in was answered {status}"
            signed_up = house.say("POST", "/api/v1/auth/signup", {"email": f"new{number}@example.com", "password": "nine herons on a pale roof"}, address=address)[0]  # fmt: skip
            assert 200 <= signed_up < 300, f"at {offset} s a sign-up was answered {signed_up}"
            guesses = [house.sign_in(email, "wrong", address="198.51.100.7")[0] for _ in range(12)]
            assert guesses[-1] == 429, f"at {offset} s a limit is open: {guesses}"
        waited = wait_until(lambda: house.shell(_TALLY).startswith("0 "), 60, "a mail still waits")
        assert house.shell(_TALLY) == "0 None", "the audit trail is broken"
        return f"{asked} requests and refreshes, 3 sign-ins and 3 sign-ups at +{MINUTES}, -{MINUTES} and 0 min: none refused, limits closed, mails out after {waited:.0f} s, trail whole"
    finally:
        house.stop()
