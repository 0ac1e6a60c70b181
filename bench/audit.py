"""`bin/bench audit`: goal 11, what an audit event costs its request, and how the trail grows."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from . import machine, visitors
from .client import Client
from .instructions import are_countable, event_rows
from .report import Report, Row, milliseconds
from .server import run_module, serving
from .signin import prepared, spread
from .windows import Samples, measure

ROUNDS, SECONDS = 20, 0.3
EXPLAINED = """
An event costs what a request with it takes more than the same request without it, of the server and the
database together. Both write a row in a transaction, whose BEGIN and COMMIT are thus not the event's."""


PARTS = ("append", "instructions", "pages", "retention")
# Both trails are read by turns, so often; the best reading of each counts.
READINGS = 3


def run(
    *, postgres: bool, quick: bool, full: bool, part: str | None = None, data: str | None = None
) -> Report:
    """`full` has ten million events in the pages, and one million to remove. `part` is one of PARTS, and alone then;
    `data` is where trails are kept for the next run."""
    rounds, seconds = (2, 0.1) if quick else (ROUNDS, SECONDS)
    small, large, old = (100, 1_000, 1_000) if quick else (10_000, 1_000_000, 50_000)
    if full:
        large, old = 10_000_000, 1_000_000
    os.sched_setaffinity(0, {machine.LOAD_CORE})
    database = "PostgreSQL" if postgres else "SQLite"
    rows = []
    whole = [one for one in PARTS if one != "instructions" or are_countable()]
    for one in [part] if part else whole:
        kept = Path(data, f"audit-{one}-{database.lower()}") if data else None
        if one == "append":
            with prepared(postgres=postgres) as variables:
                rows += append_rows(variables, rounds, seconds)
        elif one == "instructions":
            rows += event_rows(postgres=postgres, quick=quick)
        elif one == "pages":
            with trail(small, postgres, kept) as little, trail(large, postgres, kept) as much:
                rows += page_rows({small: little, large: much})
        else:
            with prepared(postgres=postgres, kept=kept) as variables:
                rows += retention_rows(variables, old)
    return Report(f"The audit trail on {database}, {rounds} rounds\n{EXPLAINED}", rows)


@contextmanager
def trail(size: int, postgres: bool, kept: Path | None) -> Iterator[dict[str, str]]:
    """The environment of a Mago with so many events; filled, unless an earlier run has."""
    folder = kept and kept.with_name(f"{kept.name}-{size}")
    with prepared(postgres=postgres, kept=folder) as variables:
        done = Path(variables["MAGO_DATA_DIR"], "filled")
        if not done.exists():
            run_module("bench.trail", variables, "fill", str(size))
            done.touch()
        yield variables


def append_rows(variables: dict[str, str], rounds: int, seconds: float) -> list[Row]:
    """The same request with no event, one, and ten in its transaction, beside an empty one."""
    with (
        serving({**variables, "BENCH_WORKER": "no"}) as server,
        Client(server.port) as client,
    ):
        path = "/api/bench/transaction?events="
        actions = {
            "page": visitors.load_page(client, "/bench/empty/"),
            "API": visitors.load_page(client, "/api/bench/empty"),
            **{str(n): visitors.load_page(client, f"{path}{n}") for n in (0, 1, 10)},
        }
        samples = measure(actions, machine.Usage(), lambda: 0.0, rounds=rounds, seconds=seconds)
    return [
        Row("floor", "an empty page", spread(samples["page"])),
        Row("floor", "an empty GET of the API", spread(samples["API"])),
        Row("floor", "a transaction that writes one row", spread(samples["0"])),
        append_row(samples, 1, "page", "an empty page", 0.15),
        append_row(samples, 1, "0", "that transaction's own view"),
        append_row(samples, 10, "page", "an empty page"),
        append_row(samples, 1, "API", "an empty GET of the API"),
    ]


def append_row(
    samples: dict[str, Samples], events: int, floor: str, named: str, limit: float | None = None
) -> Row:
    """What one of so many events adds to its transaction: neighbours in time are subtracted."""
    pairs = zip(samples[str(events)].cpu, samples["0"].cpu, strict=True)
    costs = [(more - less) / events for more, less in pairs]
    shares = [cost / bare for cost, bare in zip(costs, samples[floor].cpu, strict=True)]
    what = f"one audit event of {events} in a transaction : {named}"
    return Row(
        "G11" if limit else "",
        what,
        milliseconds(median(costs)),
        milliseconds(median(samples[floor].cpu)),
        median(shares),
        limit,
    )


def page_rows(trails: dict[int, dict[str, str]]) -> list[Row]:
    """Pages of 50 events, as the admin center reads them, in a small trail and in a large one."""
    found: dict[int, list[dict[str, float]]] = {size: [] for size in trails}
    for _ in range(READINGS):
        for size, variables in trails.items():
            found[size].append(json.loads(run_module("bench.trail", variables, "read", str(size))))
    small, large = trails
    rows = []
    for name in found[small][0]:
        before, after = (min(reading[name] for reading in found[size]) for size in trails)
        limit = None if name.startswith("text") else 2.0
        rows.append(
            Row(
                "G11" if limit else "",
                f"{name}, {large:,} events : {small:,}",
                milliseconds(after),
                milliseconds(before),
                after / before,
                limit,
            )
        )
    return rows


def retention_rows(variables: dict[str, str], old: int) -> list[Row]:
    """Old events are removed while somebody writes, on the other core, every few milliseconds."""
    run_module("bench.expiry", variables, "make", str(old))
    with writing(variables) as calm:
        time.sleep(3)
    with writing(variables) as busy:
        removal = json.loads(run_module("bench.expiry", variables, "remove"))
    rate = removal["removed"] / removal["seconds"]
    return [
        Row("", "links checked, signed for and removed", f"{removal['removed']:,}; {rate:,.0f}/s"),
        Row(
            "G11",
            "longest that a transaction of the removal kept others from writing, in ms",
            f"p99 {removal['hold p99']:.1f} of {removal['holds']:,}; CPU {removal['cpu']:.1f}",
            value=removal["hold"],
            limit=50,
        ),
        # A writer also waits for the machine: how long without any removal stands beside it.
        Row(
            "",
            "longest wait of a writer meanwhile, in ms",
            f"{busy['writes']:,} writes, p99 {busy['p99']:.1f} ms",
            f"{calm['longest']:.1f} ms without",
            busy["longest"],
        ),
    ]


class writing:  # noqa: N801 - a context manager
    """A process that writes until the block ends; then its figures are in the mapping."""

    def __init__(self, variables: dict[str, str]) -> None:
        self.variables = variables
        self.figures: dict[str, float] = {}

    def __enter__(self) -> dict[str, float]:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.expiry", "write"],
            env=self.variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        self.process.stdout.readline()  # It has begun.
        return self.figures

    def __exit__(self, *error: object) -> None:
        output, _ = self.process.communicate(timeout=60)
        self.figures |= json.loads(output)
