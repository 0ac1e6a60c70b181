"""`bin/bench timing`: whether the time of an answer tells if an address has an account.

Known and unknown addresses are sent to each door in turn, one after the other, each a few times at
most, from networks never seen before. The figure is the chance that a known address takes longer
than an unknown one: 0.5 is no difference at all, 1 would be certainty.
"""

import itertools
import json
import os
import random
import time
from collections.abc import Callable
from statistics import median

from . import machine, visitors
from .client import Answer, Client
from .report import Report, Row, milliseconds
from .server import run_module, serving
from .signin import prepared

PAIRS = 400
# Of 400 pairs without any difference, the figure lies in 0.5 ± 0.04 nineteen times of twenty.
FAR = 0.06
WRONG = "eleven owls under a green moon"
Door = Callable[[Client, str], Answer]


def run(*, postgres: bool, quick: bool, full: bool) -> Report:
    """`full` sends ten times as many."""
    pairs = 10 if quick else PAIRS * (10 if full else 1)
    os.sched_setaffinity(0, {machine.LOAD_CORE})
    with prepared(postgres=postgres) as variables:
        people = json.loads(run_module("bench.stage", variables))["people"]
        with (
            serving({**variables, "BENCH_WORKER": "no"}) as server,
            Client(server.port).fetch_csrf() as client,
        ):
            rows = [row(name, door, client, people, pairs) for name, door in DOORS.items()]
    return Report(f"Known against unknown addresses, {pairs} of each at each door", rows)


def sign_in(client: Client, email: str) -> Answer:
    return visitors.must(client.post("/accounts/login/", login=email, password=WRONG), 400)


def reset(client: Client, email: str) -> Answer:
    return visitors.must(client.post("/accounts/password/reset/", email=email), 302)


def code(client: Client, email: str) -> Answer:
    return visitors.must(client.post("/accounts/login/code/", email=email), 302)


def sign_up(client: Client, email: str) -> Answer:
    fields = {"email": email, "name": "Ada", "password1": WRONG}
    return visitors.must(client.post("/accounts/signup/", **fields), 302)


def program(client: Client, email: str) -> Answer:
    body = json.dumps({"email": email, "password": WRONG}).encode()
    return visitors.must(client.post_json("/api/v1/auth/login", body), 401)


DOORS: dict[str, Door] = {
    "a wrong password": sign_in,
    "a wrong password, by the API": program,
    "a forgotten password": reset,
    "a code by mail": code,
    "a sign-up": sign_up,
}


def row(name: str, door: Door, client: Client, people: list[str], pairs: int) -> Row:
    known: list[float] = []
    unknown: list[float] = []
    strangers = (f"nobody-{name[-4:].strip()}-{n}@example.com" for n in itertools.count())
    for person, stranger in itertools.islice(
        zip(itertools.cycle(people), strangers, strict=False), pairs
    ):
        # In an order that nothing can fall into step with.
        for times, email in random.sample([(known, person), (unknown, stranger)], 2):
            begin = time.perf_counter()
            door(client, email)
            times.append(time.perf_counter() - begin)
    chance = longer(known, unknown)
    return Row(
        "V6.3.8",
        f"{name}: chance that a known address takes longer, away from 0.5",
        f"{milliseconds(median(known))} known",
        f"{milliseconds(median(unknown))} unknown",
        abs(chance - 0.5),
        FAR,
    )


def longer(one: list[float], other: list[float]) -> float:
    """How often a time of `one` is above a time of `other` (Mann and Whitney's U, as a share)."""
    ranked = sorted([(value, True) for value in one] + [(value, False) for value in other])
    ranks = sum(rank for rank, (_, is_one) in enumerate(ranked, 1) if is_one)
    return (ranks - len(one) * (len(one) + 1) / 2) / (len(one) * len(other))
