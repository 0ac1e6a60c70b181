"""A new key of the key ring while people work: everything is sealed anew, nobody is refused, the old key may go."""

import json
import statistics
import threading
import time
from collections import Counter
from pathlib import Path

from .house import House, kill

SEALED, PEOPLE = 3000, 4
_SEAL = f"""
from django.utils import timezone
from mago.messaging.models import Message
day = timezone.now() + timezone.timedelta(days=1)
Message.objects.bulk_create([
    Message(recipient="x@example.com", template="signin/no_account", due_at=day, context='{{"sign_up": "http://x/%s"}}' % n)
    for n in range({SEALED})
])
"""
_OPEN = """
from mago.messaging.models import Message
print(sum("sign_up" in row.context for row in Message.objects.iterator()))
"""


def run(folder: Path) -> str:
    house = House(folder)
    house.manage("migrate", "-v0")
    people = house.people(PEOPLE)
    house.shell(_SEAL.replace("timezone.timedelta", "__import__('datetime').timedelta"))
    stop = threading.Event()
    told, waits = Counter[int](), list[float]()

    def work(pair: dict[str, str]) -> None:
        while not stop.is_set():
            began = time.monotonic()
            status, renewed = house.say("POST", "/api/v1/auth/refresh", {"refresh_token": pair["refresh_token"]})  # fmt: skip
            waits.append(time.monotonic() - began)
            told[status] += 1
            pair = renewed if status == 200 else pair

    try:
        house.start_web()
        pairs = [house.sign_in(email, address=f"192.0.2.{n}")[1] for n, email in enumerate(people)]
        house.manage("rotate_keys", "--new")
        kill(house.processes.pop())
        house.start_web()
        workers = [threading.Thread(target=work, args=(pair,)) for pair in pairs]
        for worker in workers:
            worker.start()
        began = time.monotonic()
        resealed = json.loads(house.manage("rotate_keys"))["resealed"]
        seconds = time.monotonic() - began
        stop.set()
        for worker in workers:
            worker.join()
        left = json.loads(house.manage("rotate_keys"))["resealed"]
        kill(house.processes.pop())
        ring = house.data / "secret.key"
        ring.write_text(ring.read_text().splitlines()[0] + "\n")
        opened = int(house.shell(_OPEN))
        assert resealed >= SEALED, f"only {resealed} values were sealed anew"
        assert left == 0, f"{left} values are still sealed by the old key"
        assert opened == SEALED, f"{SEALED - opened} values cannot be opened without the old key"
        assert set(told) == {200}, f"somebody was refused meanwhile: {dict(told)}"
        p95 = statistics.quantiles(waits, n=20)[-1]
        return f"{resealed} values sealed anew in {seconds:.1f} s (the start of the command included) beside {told[200]} refreshes, p95 {p95:.2f} s, none refused; all open without the old key"
    finally:
        stop.set()
        house.stop()
