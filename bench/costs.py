"""What single requests cost, application and database told apart."""

import os
import random
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from . import machine
from .windows import Action

DATABASES = ("postgres", "valkey-server")
# Until each thread of a server has its connection to the database.
WARM_UP = 2


@dataclass
class Costs:
    """Seconds of CPU, request by request."""

    application: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)

    @property
    def total(self) -> list[float]:
        return [sum(both) for both in zip(self.application, self.database, strict=True)]

    @property
    def p95(self) -> float:
        """What 95 of 100 requests stay below."""
        ordered = sorted(self.total)
        return ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]


def measure(actions: Mapping[str, Action], rounds: int, seconds: float) -> dict[str, Costs]:
    """Each action once, in any order, `rounds` times over, or fewer in `seconds`; by what all our processes have used."""
    costs = {name: Costs() for name in actions}
    end = time.monotonic() + seconds
    for number in range(rounds + WARM_UP):
        if number > WARM_UP and time.monotonic() > end:
            break
        # A new connection is a new process of PostgreSQL.
        application, database = processes()
        # Each round in another order: what comes by every so many requests, as the garbage collector does, would
        # else fall into step with the rounds, and on the same page in many of them.
        for name, action in random.sample(list(actions.items()), len(actions)):
            before = machine.cpu_seconds(application), machine.cpu_seconds(database)
            action()
            if number >= WARM_UP:
                costs[name].application.append(machine.cpu_seconds(application) - before[0])
                costs[name].database.append(machine.cpu_seconds(database) - before[1])
    return costs


def processes() -> tuple[list[int], list[int]]:
    """What descends from this process: applications, and databases."""
    found: dict[bool, list[int]] = {False: [], True: []}
    for process in machine.tree(os.getpid())[1:]:
        with suppress(OSError):
            found[(machine.PROC / str(process) / "comm").read_text().strip() in DATABASES].append(
                process
            )
    return found[False], found[True]
