"""`bin/bench admin`: goals 8, 9 and 10, what the admin center's pages cost in a large installation.

Two installations answer side by side, one of a thousand people and one of very many; the same page is
asked for in the one, then in the other. A page's cost is the CPU of its server and its database.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from . import machine, visitors
from .client import Client
from .costs import Costs, measure
from .report import Report, Row, aligned, milliseconds
from .server import run_module, serving
from .signin import prepared
from .windows import Action

SMALL = 1000
# People on PostgreSQL; SQLite is held against a tenth.
LARGE, TENTH, QUICK = 1_000_000, 100_000, 2_000
# So many that a p95 stands on a dozen readings beyond it: the garbage collector falls on one page in twelve.
ROUNDS = 250
# On a busy machine there are fewer rounds: nobody waits longer for them, in seconds.
LONGEST = 900.0
# What somebody waits for at most, in milliseconds of CPU; lists of 50 rows, in empty pages.
PAGE, SEARCH, ROWS = 100, 50, 15
# What a page in the large installation may cost at most, by what it costs in the small one.
LIST_GROWTH, SEARCH_GROWTH = 1.2, 2.0
FLOOR = "an empty page"
HEAD = (
    "page", "at 1,000", "here", "application + database", "p95", "× p95 at 1,000", "× an empty page",
)  # fmt: skip
# Lists that fill a page in the small installation, too.
LISTS_OF_50 = ("people", "sessions", "members", "hubs of all", "messages", "audit", "tickets")

Pages = Mapping[str, str]


@dataclass(frozen=True)
class Told:
    """Who looks at an installation, and at which of its pages."""

    session: str
    lists: Pages
    searches: Pages


@dataclass(frozen=True)
class PagesReport(Report):
    pages: str

    def __str__(self) -> str:
        return f"{super().__str__()}\n\nMilliseconds of CPU, page by page:\n\n{self.pages}"


def run(
    *, postgres: bool, quick: bool, full: bool, people: int | None = None, data: str | None = None
) -> Report:
    """`people` says how large the large installation is, `data` where both are kept for the next run."""
    large = people or (QUICK if quick else LARGE if postgres else TENTH)
    rounds = 2 if quick else ROUNDS * (4 if full else 1)
    os.sched_setaffinity(0, {machine.LOAD_CORE})
    sizes = (SMALL, large)
    with ExitStack() as stack:
        variables = [stack.enter_context(filled(size, postgres, data)) for size in sizes]
        servers = [stack.enter_context(serving({**one, "BENCH_WORKER": "no"})) for one in variables]
        # Last of all: sessions and connections do not last while an installation is filled.
        told = [
            Told(**json.loads(run_module("bench.population", one, "tell"))) for one in variables
        ]
        clients = [
            stack.enter_context(Client(server.port, address="192.0.2.250")) for server in servers
        ]
        actions: dict[str, Action] = {FLOOR: visitors.load_page(clients[1], "/bench/empty/")}
        for size, client, one in zip(sizes, clients, told, strict=True):
            for name, path in ({**one.lists, **one.searches}).items():
                actions[f"{size} {name}"] = load(client, path, one.session)
        costs = measure(actions, rounds, LONGEST * (4 if full else 1))
    database = "PostgreSQL" if postgres else "SQLite"
    title = f"The admin center on {database} with {large:,} people, beside {SMALL:,}, {len(costs[FLOOR].total)} rounds"
    return PagesReport(title, rows(costs, told[1], large), pages(costs, told[1], large))


@contextmanager
def filled(size: int, postgres: bool, data: str | None) -> Iterator[dict[str, str]]:
    """The environment of a Mago of this size; filled, unless it was found as an earlier run has left it."""
    kept = Path(data, f"{'postgresql' if postgres else 'sqlite'}-{size}") if data else None
    with prepared(postgres=postgres, kept=kept) as variables:
        done = Path(variables["MAGO_DATA_DIR"], "filled")
        if not done.exists():
            run_module("bench.population", variables, "fill", str(size))
            done.touch()
        yield variables


def load(client: Client, path: str, session: str) -> Action:
    """A page of the admin center is shown to an administrator."""
    cookie = f"Cookie: session={session}"
    return lambda: visitors.void(visitors.must(client.get(f"/admincenter/{path}", cookie), 200))


def rows(costs: Mapping[str, Costs], told: Told, large: int) -> list[Row]:
    """Each page by the small installation, lists of 50 rows by an empty page, and the dearest of all."""
    floor = median(costs[FLOOR].total)
    found = []
    for goal, names, growth in _kinds(told):
        for name in names:
            here, there = costs[f"{large} {name}"], costs[f"{SMALL} {name}"]
            figure = f"p95 {milliseconds(here.p95)}"
            found.append(
                Row(goal, name, figure, milliseconds(there.p95), here.p95 / there.p95, growth)
            )
            if name in LISTS_OF_50:
                cost = median(here.total)
                what = f"{name}, 50 rows : {FLOOR}"
                found.append(
                    Row("G10", what, milliseconds(cost), milliseconds(floor), cost / floor, ROWS)
                )
    for goal, kind, names, most in (
        ("G9", "search", told.searches, SEARCH),
        ("", "page", {**told.lists, **told.searches}, PAGE),
    ):
        name = max(names, key=lambda one: costs[f"{large} {one}"].p95)
        dearest = costs[f"{large} {name}"].p95 * 1000
        found.append(Row(goal, f"the dearest {kind}, p95 in ms", name, "", dearest, most))
    return found


def _kinds(told: Told) -> tuple[tuple[str, Pages, float], ...]:
    return ("G8", told.lists, LIST_GROWTH), ("G9", told.searches, SEARCH_GROWTH)


def pages(costs: Mapping[str, Costs], told: Told, large: int) -> str:
    """A line for each page: what it costs, by that of the small installation and by an empty page, in ms of CPU."""
    floor = median(costs[FLOOR].total)
    lines = [(FLOOR, "", ms(floor), split(costs[FLOOR]), ms(costs[FLOOR].p95), "", "1.0")]
    for name in (*told.lists, *told.searches):
        here, there = costs[f"{large} {name}"], costs[f"{SMALL} {name}"]
        lines.append(
            (
                name,
                ms(median(there.total)),
                ms(median(here.total)),
                split(here),
                ms(here.p95),
                f"{here.p95 / there.p95:.2f}",
                f"{median(here.total) / floor:.1f}",
            )
        )
    return aligned(HEAD, lines)


def split(costs: Costs) -> str:
    return f"{ms(median(costs.application))} + {ms(median(costs.database))}"


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f}"
