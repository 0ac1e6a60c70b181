"""`bin/bench signin`: goals 1, 2, 13, 14 and 15, and 3 and 12."""

import itertools
import json
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from tests.services import services_in

from . import crowd, machine, mail, visitors
from .client import Client
from .report import Report, Row, megabytes, milliseconds
from .server import Server, environment, run_module, serving
from .windows import Samples, measure, ratio

ROUNDS, SECONDS, MAILS = 10, 0.4, 500
# Threads of the web server end when they had nothing to do for half a minute.
LEFT_ALONE = 40


def run(*, postgres: bool, quick: bool, full: bool) -> Report:
    """`full` is for benches whose tables grow."""
    rounds, seconds, mails = (1, 0.1, 20) if quick else (ROUNDS, SECONDS, MAILS)
    # What loads the server stays away from its core; threads that are started later as well.
    os.sched_setaffinity(0, {machine.LOAD_CORE})
    with prepared(postgres=postgres) as variables:
        started = start_rows(variables)
        people = json.loads(run_module("bench.stage", variables))
        with serving({**variables, "BENCH_WORKER": "no"}) as server:
            samples = requests(server, people, rounds=rounds, seconds=seconds)
            rows = [*request_rows(samples), *crowd_rows(server, people["people"], seconds * 10)]
            time.sleep(0 if quick else LEFT_ALONE)
            used, _ = machine.memory([server.worker])
            what = f"memory of a worker {LEFT_ALONE} s after the crowd has gone"
            rows.append(Row("G14", what, megabytes(used), "", used, 110))
        rows += [*mail_rows(mail.deliver(variables, mails)), *started]
    database = "PostgreSQL and Valkey" if postgres else "SQLite"
    title = f"Sign-in and sign-up on {database}, {rounds} rounds of windows of {seconds} s"
    return Report(title, rows)


@contextmanager
def prepared(
    *, postgres: bool, kept: Path | None = None, under: Sequence[str] = ()
) -> Iterator[dict[str, str]]:
    """The environment of a Mago whose tables exist; in the folder `kept` it is found again by the next run.

    `under` is a command that runs PostgreSQL.
    """
    with ExitStack() as stack:
        if kept is None:
            temporary = tempfile.TemporaryDirectory(
                prefix="mago-bench-", ignore_cleanup_errors=True
            )
            folder = Path(stack.enter_context(temporary))
        else:
            folder = kept
            folder.mkdir(parents=True, exist_ok=True)
        more = {}
        if postgres:
            with machine.on_core(machine.SERVER_CORE):
                more = stack.enter_context(services_in(folder, under=under))
        variables = environment(folder, **more)
        with serving(variables):
            pass
        yield variables


def start_rows(variables: dict[str, str]) -> list[Row]:
    """A second start, with its worker: time to the first page, CPU and memory."""
    with serving(variables) as server:
        resident, _ = machine.memory([server.worker])
        _, whole = machine.memory(server.tree)
    first = f"{server.seconds:.2f} s; its threads waited {server.waits:.2f} s for a core"
    return [
        Row("G14", "memory of the web worker (RSS)", megabytes(resident), "", resident, 110),
        Row("G14", "memory of the whole (PSS)", megabytes(whole), "", whole, 130),
        Row("G14", "CPU of a second start", f"{server.cpu:.2f} s", "", server.cpu, 2),
        Row("G14", "time to its first page", first, "", server.seconds, 5),
    ]


def requests(
    server: Server, people: dict[str, list[str]], *, rounds: int, seconds: float
) -> dict[str, Samples]:
    with Client(server.port).fetch_csrf() as client:
        actions = {
            "GET": visitors.load_page(client, "/bench/empty/"),
            "POST": visitors.post_nothing(client),
            "API": visitors.load_page(client, "/api/bench/empty"),
            "sign-in": visitors.sign_in(client, itertools.cycle(people["people"])),
            "busy": visitors.sign_in(client, itertools.repeat(str(people["busy"]))),
            "sign-up": visitors.sign_up(client, "new"),
            "page": visitors.load_page(client, "/accounts/login/"),
            "me": visitors.who_am_i(client, people["people"][0]),
        }

        def hashing() -> float:
            return float(json.loads(client.get("/api/bench/hashing").body)["seconds"])

        return measure(actions, machine.Usage(), hashing, rounds=rounds, seconds=seconds)


def request_rows(samples: dict[str, Samples]) -> list[Row]:
    def row(goal: str, what: str, name: str, floor: str, limit: float | None = None) -> Row:
        one, other = samples[name], samples[floor]
        return Row(
            goal,
            what,
            f"{spread(one)}",
            milliseconds(median(other.own_cpu)),
            ratio(one.own_cpu, other.own_cpu),
            limit,
        )

    hashes = median(samples["sign-in"].hashing)
    return [
        Row("floor", "an empty GET", spread(samples["GET"])),
        Row("floor", "an empty POST", spread(samples["POST"])),
        Row("floor", "an empty GET of the API", spread(samples["API"])),
        Row("floor", "one password hash, in ms", "CPU", value=hashes * 1000),
        row("G1", "sign-in − hash : empty POST", "sign-in", "POST", 10),
        row("G2", "the same with 1,000 sessions : with one", "busy", "sign-in", 1.2),
        row("G15", "sign-up − hash : empty POST", "sign-up", "POST", 15),
        row("G3", "who am I, by token : empty GET of the API", "me", "API", 1.5),
        row("", "the sign-in page : empty GET", "page", "GET"),
    ]


def spread(samples: Samples) -> str:
    """CPU without the hash, and what a client waits, hash and all."""
    half, most = samples.percentile(0.5), samples.percentile(0.99)
    own = milliseconds(median(samples.own_cpu))
    return f"{own} CPU; p50 {half * 1000:.3g}, p99 {most * 1000:.3g} ms"


def crowd_rows(server: Server, people: list[str], seconds: float) -> list[Row]:
    before, _ = machine.memory([server.worker])
    eight = crowd.saturate(server, people, size=8, seconds=seconds)
    many = crowd.saturate(server, people, size=40, seconds=seconds)
    unexpected = {status for status in many.answers if status not in (302, 503)}
    return [
        Row(
            "G12",
            "8 people signing in: p99 of an empty GET, in ms",
            f"{eight.answers[302] / seconds:.0f} sign-ins/s",
            value=eight.p99 * 1000,
            limit=100,
        ),
        Row(
            "G12",
            "40 people: the same",
            f"{many.answers[302]} signed in, {many.answers[503]} told 503",
            value=many.p99 * 1000,
        ),
        Row(
            "G12",
            "other answers, and 503 without Retry-After",
            f"{sorted(unexpected) or 'none'}",
            value=sum(many.answers[status] for status in unexpected) + many.impolite,
            limit=0,
        ),
        Row(
            "G12",
            "memory that 40 people add, in MB",
            f"{before:.0f} → {many.memory:.0f} MB",
            value=many.memory - before,
            limit=2 * 20 + 10,
        ),
    ]


def mail_rows(delivery: mail.Delivery) -> list[Row]:
    rate, lost = delivery.sent / delivery.cpu, delivery.sent - delivery.arrived
    return [
        Row("G13", "INSERTs to promise a mail", str(delivery.inserts), "", delivery.inserts, 1),
        Row(
            "G13",
            "mails a second and core",
            f"{delivery.sent / delivery.wall:.0f}/s on the wall",
            value=rate,
            limit=500,
            at_least=True,
        ),
        Row("G13", "mails lost", f"{delivery.arrived} of {delivery.sent}", "", lost, 0),
    ]
