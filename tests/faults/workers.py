"""kill -9 of all workers, five times, with 1,000 mails queued."""

import time
from collections import Counter
from pathlib import Path

from .house import grown, kill, wait_until

MAILS, KILLS, WORKERS = 1000, 5, 2
# Two processes of each worker may have a mail in hand.
IN_FLIGHT = WORKERS * 2
_QUEUE = f"""
from mago.messaging.services import send_mail
for n in range({MAILS}):
    send_mail("signin/no_account", to=f"m{{n}}@example.com", context={{"sign_up": "http://x/"}})
"""


def run(folder: Path) -> str:
    with grown(folder, mail_seconds=0.005) as (house, _database, _broker, sink):
        house.shell(_QUEUE)
        house.start_clock()
        workers = [house.start_worker() for _ in range(WORKERS)]
        for number in range(KILLS):
            before = len(sink.taken)
            wait_until(lambda b=before: len(sink.taken) > b + 20, 120, "no mail went out")  # type: ignore[misc]
            time.sleep(0.3)
            for worker in workers:
                kill(worker)
            last = time.monotonic()
            if number < KILLS:
                workers = [house.start_worker() for _ in range(WORKERS)]
        wait_until(lambda: len(dict(sink.taken)) == MAILS, 150, f"{MAILS - len(dict(sink.taken))} mails are lost")  # fmt: skip
        seconds = time.monotonic() - last
        counts = Counter(to for to, _name in sink.taken)
        repeats = len(sink.taken) - MAILS
        names = {to: {name for one, name in sink.taken if one == to} for to, count in counts.items() if count > 1}  # fmt: skip
        assert repeats <= IN_FLIGHT * KILLS, f"{repeats} mails went out twice"
        assert all(len(some) == 1 for some in names.values()), "a repeat had another Message-ID"
        assert seconds <= 60, f"it took {seconds:.0f} s after the last kill"
        return f"{MAILS} mails, {KILLS} kills: 0 lost, {repeats} repeated with the same Message-ID, done {seconds:.0f} s after the last"
