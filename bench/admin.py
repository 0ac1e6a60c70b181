"""`bin/bench admin`: goals 8, 9 and 10, what the admin center's pages cost in a large installation.

Two installations answer side by side, one of a thousand people and one of very many; the same page is
asked for in the one, then in the other. A page's cost is the CPU of its server and its database.
"""

import json
import os
from collections.abc import Mapping
from contextlib import ExitStack
from statistics import median

from . import machine, visitors
from .client import Client
from .report import Report, Row, milliseconds
from .server import run_module, serving
from .signin import prepared
from .windows import Action, Samples, measure

SMALL = 1000
# People on PostgreSQL; SQLite is held against a tenth.
LARGE, TENTH, QUICK = 1_000_000, 100_000, 2_000
ROUNDS = 40
# What somebody waits for at most, in milliseconds of CPU.
PAGE, SEARCH = 100, 50
FLOOR = "an empty page"
Pages = Mapping[str, str]


def run(*, postgres: bool, quick: bool, full: bool, people: int | None = None) -> Report:
    """`people` says how large the large installation is."""
    large = people or (QUICK if quick else LARGE if postgres else TENTH)
    rounds = 2 if quick else ROUNDS * (4 if full else 1)
    os.sched_setaffinity(0, {machine.LOAD_CORE})
    with ExitStack() as stack:
        actions: dict[str, Action] = {}
        for size in (SMALL, large):
            variables = stack.enter_context(prepared(postgres=postgres))
            told = json.loads(run_module("bench.population", variables, str(size)))
            server = stack.enter_context(serving({**variables, "BENCH_WORKER": "no"}))
            client = stack.enter_context(Client(server.port, address="192.0.2.250"))
            for name, path in (told["lists"] | told["searches"]).items():
                actions[f"{size} {name}"] = load(client, path, told["session"])
            actions[FLOOR] = visitors.load_page(client, "/bench/empty/")
        measured = [pid for pid in machine.tree(os.getpid()) if pid != os.getpid()]
        # Windows of no time are of one request each.
        samples = measure(
            actions, lambda: machine.cpu_seconds(measured), lambda: 0.0, rounds=rounds, seconds=0
        )
    sizes = f"{large:,} people, beside {SMALL:,}"
    title = f"The admin center on {'PostgreSQL' if postgres else 'SQLite'} with {sizes}, {rounds} rounds"
    return Report(title, rows(samples, told["lists"], told["searches"], large))


def load(client: Client, path: str, session: str) -> Action:
    """A page of the admin center is shown to an administrator."""
    cookie = f"Cookie: session={session}"
    return lambda: visitors.void(visitors.must(client.get(f"/admincenter/{path}", cookie), 200))


def rows(samples: Mapping[str, Samples], lists: Pages, searches: Pages, large: int) -> list[Row]:
    def dearest(names: Pages) -> tuple[str, float]:
        costs = {name: p95(samples[f"{large} {name}"]) for name in names}
        name = max(costs, key=lambda one: costs[one])
        return name, costs[name]

    floor = median(samples[FLOOR].cpu)
    found = [Row("floor", FLOOR, milliseconds(floor))]
    for goal, names, most in (("G8", lists, 1.2), ("G9", searches, 2.0)):
        found += [growth(goal, name, samples, large, most) for name in names]
    name, cost = dearest(searches)
    found.append(Row("G9", f"the dearest search ({name}), in ms", "", "", cost * 1000, SEARCH))
    rows_of_50 = {name: lists[name] for name in LISTS_OF_50}
    half = {name: median(samples[f"{large} {name}"].cpu) for name in rows_of_50}
    for name, cost in half.items():
        what = f"{name}, 50 rows : {FLOOR}"
        found.append(Row("G10", what, milliseconds(cost), milliseconds(floor), cost / floor, 15))
    name, cost = dearest({**lists, **searches})
    found.append(Row("", f"the dearest page ({name}), in ms", "", "", cost * 1000, PAGE))
    return found


# Lists that fill a page in the small installation, too.
LISTS_OF_50 = ("people", "sessions", "members", "hubs of all", "messages", "audit")


def growth(goal: str, name: str, samples: Mapping[str, Samples], large: int, most: float) -> Row:
    """What a page costs in the large installation, by what it costs in the small one."""
    more, less = p95(samples[f"{large} {name}"]), p95(samples[f"{SMALL} {name}"])
    return Row(goal, name, f"p95 {milliseconds(more)}", milliseconds(less), more / less, most)


def p95(samples: Samples) -> float:
    """Seconds of CPU that 95 of 100 requests stay below."""
    ordered = sorted(samples.cpu)
    return ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
