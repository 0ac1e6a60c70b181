"""Credential stuffing at 20/s from many addresses, while honest people sign in."""

import random
import statistics
import threading
import time
from pathlib import Path

from .house import grown

RATE, SECONDS, HONEST = 20, 40, 24


def run(folder: Path) -> str:
    with grown(folder) as (house, _database, _broker, _sink):
        people = house.people(200)
        house.start_web(2)
        chosen = random.Random(1)
        stop = time.monotonic() + SECONDS
        attacks: list[int] = []
        threads: list[threading.Thread] = []

        def attack() -> None:
            address = f"203.0.{chosen.randrange(256)}.{chosen.randrange(256)}"
            attacks.append(
                house.sign_in(chosen.choice(people[HONEST:]), "winter2026!", address=address)[0]
            )

        def attackers() -> None:
            while time.monotonic() < stop:
                threads.append(threading.Thread(target=attack))
                threads[-1].start()
                time.sleep(1 / RATE)

        storm = threading.Thread(target=attackers)
        storm.start()
        time.sleep(3)
        waits, refused, busy = list[float](), list[int](), 0
        for number, email in enumerate(people[:HONEST]):
            began = time.monotonic()
            status, _body = house.sign_in(email, address=f"192.0.2.{number}")
            while status == 503 and time.monotonic() - began < 30:  # It says when to come again.
                busy += 1
                time.sleep(1)
                status, _body = house.sign_in(email, address=f"192.0.2.{number}")
            waits.append(time.monotonic() - began)
            if status != 200:
                refused.append(status)
            time.sleep(max(0.0, (SECONDS - 6) / HONEST - waits[-1]))
        storm.join()
        for thread in threads:
            thread.join()
        assert not refused, f"honest people were refused: {refused}"
        assert 200 not in attacks, "an attack got in"
        p95 = statistics.quantiles(waits, n=20)[-1]
        assert p95 < 3, f"one honest person in twenty waited {p95:.1f} s"
        tally = {code: attacks.count(code) for code in sorted(set(attacks))}
        return f"{len(attacks)} attacks ({tally}); {HONEST} honest people without a known device: p95 {p95:.2f} s, {busy} told to come again, none locked out"
