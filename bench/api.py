"""`bin/bench api`: goals 3, 5, 6 and 7. What programs ask all the time, beside views that do nothing and a peer."""

import base64
import itertools
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from tests.services import postgresql

from . import machine
from .client import Client
from .report import Report, Row, milliseconds
from .server import end_with_the_bench, free_port, run_module, serving
from .signin import prepared, spread
from .visitors import load_page, must, void, who_am_i
from .windows import Action, Samples, measure, ratio

ROUNDS, SECONDS, FAMILIES = 10, 0.4, 32
PEER = Path(__file__).parent / "openid_provider.mjs"


@dataclass
class Application:
    """Somebody's application at a provider: what it sends, one action at a time."""

    client: Client
    at: dict[str, str]
    id: str
    secret: str
    refresh_tokens: list[str]
    access_token: str

    def __post_init__(self) -> None:
        pair = base64.b64encode(f"{self.id}:{self.secret}".encode()).decode()
        self.proof = f"Authorization: Basic {pair}"
        self.next = itertools.cycle(range(len(self.refresh_tokens)))

    def refresh(self) -> None:
        """The next person's refresh token is turned in, and there is an ID token in the answer."""
        number = next(self.next)
        token = self.refresh_tokens[number]
        got = self._ask("token", grant_type="refresh_token", refresh_token=token)
        if not got["id_token"] or got["refresh_token"] == token:
            raise SystemExit("The provider did not rotate.")
        self.refresh_tokens[number] = got["refresh_token"]

    def act_by_itself(self) -> None:
        self._ask("token", grant_type="client_credentials", scope="orders:read")

    def introspect(self) -> None:
        if not self._ask("introspect", token=self.access_token)["active"]:
            raise SystemExit("The token is not active.")

    def userinfo(self) -> None:
        bearer = f"Authorization: Bearer {self.access_token}"
        void(must(self.client.get(self.at["userinfo"], bearer), 200))

    def _ask(self, what: str, **fields: str) -> dict[str, Any]:
        answer = must(self.client.post_form(self.at[what], self.proof, **fields), 200)
        got: dict[str, Any] = json.loads(answer.body)
        return got


WORK = {
    "refresh": Application.refresh,
    "client": Application.act_by_itself,
    "introspect": Application.introspect,
    "userinfo": Application.userinfo,
}
OURS = {
    "token": "/oauth/token",
    "introspect": "/oauth/introspect",
    "userinfo": "/oauth/userinfo",
}
THEIRS = {"token": "/token", "introspect": "/token/introspection", "userinfo": "/me"}


def run(*, postgres: bool, quick: bool, full: bool) -> Report:
    """There is nothing more with `full`."""
    rounds, seconds = (1, 0.1) if quick else (ROUNDS, SECONDS)
    os.sched_setaffinity(0, {machine.LOAD_CORE})
    with ExitStack() as stack:
        variables = stack.enter_context(prepared(postgres=postgres))
        people = json.loads(run_module("bench.stage", variables))["people"]
        told = json.loads(run_module("bench.stage_api", variables, str(FAMILIES)))
        server = stack.enter_context(serving({**variables, "BENCH_WORKER": "no"}))
        client = stack.enter_context(Client(server.port))
        ours = Application(
            client, OURS, told["client_id"], told["client_secret"], told["refresh"], told["access"]
        )
        actions: dict[str, Action] = {
            "GET": load_page(client, "/api/bench/empty"),
            "POST": lambda: void(must(client.post_form("/api/bench/empty"), 200)),
            "me": who_am_i(client, people[0]),
            **{name: bound(work, ours) for name, work in WORK.items()},
        }
        if (theirs := stack.enter_context(peer())) is not None:
            actions |= {f"peer {name}": bound(work, theirs) for name, work in WORK.items()}
        samples = measure(actions, machine.Usage(), lambda: 0.0, rounds=rounds, seconds=seconds)
    database = "PostgreSQL and Valkey" if postgres else "SQLite"
    title = f"What programs ask on {database}, {rounds} rounds of windows of {seconds} s"
    return Report(f"{title}\nThe peer: {peer_words(samples)}", rows(samples))


def bound(work: Any, application: Application) -> Action:
    return lambda: work(application)


@contextmanager
def peer() -> Iterator[Application | None]:
    """npm's oidc-provider with a PostgreSQL of its own; None where it is not installed."""
    home = Path(os.environ.get("MAGO_NODE_PEERS") or "tests/peers") / "node_modules"
    if shutil.which("node") is None or not all(
        (home / n).is_dir() for n in ("oidc-provider", "pg")
    ):
        yield None
        return
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mago-bench-peer-")))
        (folder / "node_modules").symlink_to(home.resolve())
        script, port = shutil.copy(PEER, folder), free_port()
        with machine.on_core(machine.SERVER_CORE):
            url = stack.enter_context(postgresql(folder))
            socket = url.rpartition("host=")[2]
            process = subprocess.Popen(
                ["node", script, str(port), socket, str(FAMILIES)],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "NODE_ENV": "production"},
                preexec_fn=end_with_the_bench,  # noqa: PLW1509 - no other thread yet
            )
        stack.callback(ended, process)
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        client = stack.enter_context(Client(port))
        secret = "a-secret-of-two-programs-on-one-machine"
        yield Application(client, THEIRS, "bench", secret, told["refresh"], told["access"])


def ended(process: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    process.wait(15)


def peer_words(samples: dict[str, Samples]) -> str:
    known = "peer refresh" in samples
    return (
        "npm’s oidc-provider on PostgreSQL" if known else "not installed (see docs/development.md)"
    )


def rows(samples: dict[str, Samples]) -> list[Row]:
    def beside_floor(goal: str, what: str, name: str, floor: str, limit: float | None) -> Row:
        one, other = samples[name].cpu, samples[floor].cpu
        shown = milliseconds(median(other))
        return Row(goal, what, spread(samples[name]), shown, ratio(one, other), limit)

    found = [
        Row("floor", "an empty GET of the API", spread(samples["GET"])),
        Row("floor", "an empty POST of the API", spread(samples["POST"])),
        beside_floor("G3", "who am I, by token : empty GET", "me", "GET", 1.5),
    ]
    named = (
        ("G5", "refresh, with an ID token", "refresh", 1.25),
        ("G6", "client credentials", "client", 2),
        ("G7", "introspection", "introspect", 1.2),
        ("G7", "userinfo", "userinfo", 1.2),
    )
    for goal, what, name, limit in named:
        floor = "GET" if name == "userinfo" else "POST"
        found.append(beside_floor("", f"{what} : empty {floor}", name, floor, None))
        if f"peer {name}" in samples:
            found.append(beside_floor(goal, f"{what} : the peer’s", name, f"peer {name}", limit))
    return found
