"""`bin/bench hubs`: goal 4, and 3 for hubs. What a hub costs the server, beside requests that do nothing."""

import base64
import hmac
import itertools
import json
import os
import secrets
from statistics import median

from . import machine
from .client import Client
from .report import Report, Row, milliseconds
from .server import run_module, serving
from .signin import prepared
from .visitors import must, void
from .windows import Action, Samples, measure, ratio

ROUNDS, SECONDS = 10, 0.4
_START, _CONTINUE = "/api/v1/hubs/auth/start", "/api/v1/hubs/auth/continue"
_HEARTBEAT = "/api/v1/hubs/me/heartbeat"
_REPORT = {
    "firmware": "1.4.0",
    "uptime": 86400,
    "temperature": 41.5,
    "software": "Conference",
    "software_version": "6.2",
    "peripherals": [{"kind": "camera", "name": "Front", "condition": "ok"}],
}


class Fleet:
    """Hubs with their keys at hand, as every hub keeps them; each checks the server's signature, every time."""

    def __init__(self, client: Client, told: dict[str, str]) -> None:
        self.client, self.names = client, itertools.cycle(told["hubs"])
        self.client_key, self.stored_key, self.server_key = (
            base64.b64decode(told[name]) for name in ("client_key", "stored_key", "server_key")
        )
        self.tokens: dict[str, dict[str, str]] = {}
        self.counts: dict[str, int] = dict.fromkeys(told["hubs"], 0)
        self.bearers: dict[str, str] = {}

    def sign_in(self) -> None:
        name = next(self.names)
        nonce = base64.b64encode(secrets.token_bytes(18)).decode()
        bare = f"n={name},r={nonce}"
        sent = {"mechanism": "SCRAM-SHA-256", "initial_response": encoded("n,," + bare)}
        started = self.post(_START, sent)
        challenge = base64.b64decode(started["challenge"]).decode()
        final = "c=biws,r=" + challenge[2 : challenge.index(",")]
        signed = f"{bare},{challenge},{final}".encode()
        signature = hmac.digest(self.stored_key, signed, "sha256")
        proof = int.from_bytes(self.client_key, "big") ^ int.from_bytes(signature, "big")
        response = encoded(f"{final},p={base64.b64encode(proof.to_bytes(32, 'big')).decode()}")
        done = self.post(_CONTINUE, {"sid": started["sid"], "response": response})
        theirs = base64.b64encode(hmac.digest(self.server_key, signed, "sha256"))
        if base64.b64decode(done["additional_data"]) != b"v=" + theirs:
            raise SystemExit("The server did not prove itself.")
        if self.tokens.get(name) != done["reconnect"]:
            self.tokens[name], self.counts[name] = done["reconnect"], 0
        self.bearers[name] = f"Authorization: Bearer {done['access_token']}"

    def reconnect(self) -> None:
        name = next(self.names)
        token = self.tokens[name]
        self.counts[name] += 1
        extra = f"c={self.counts[name]}".encode()
        code = hmac.digest(token["token"].encode(), b"Initiator" + extra, "sha256")
        message = base64.b64encode(name.encode() + b"\0" + extra + b"\0" + code).decode()
        done = self.post(_START, {"mechanism": token["mechanism"], "initial_response": message})
        theirs = hmac.digest(token["token"].encode(), b"Responder" + extra, "sha256")
        if base64.b64decode(done["additional_data"]) != b"\0" + extra + b"\0" + theirs:
            raise SystemExit("The server did not prove itself.")

    def say_how_it_is(self) -> None:
        bearer = self.bearers[next(self.names)]
        void(must(self.client.post_json(_HEARTBEAT, json.dumps(_REPORT).encode(), bearer), 200))

    def post(self, path: str, body: dict[str, str]) -> dict[str, str]:
        told: dict[str, str] = json.loads(
            must(self.client.post_json(path, json.dumps(body).encode()), 200).body
        )
        return told


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def posts(client: Client, count: int) -> Action:
    """Requests of the same path through Django that do nothing, with a body of the usual size."""
    body = json.dumps({"nothing": "x" * 200}).encode()

    def act() -> None:
        for _ in range(count):
            void(must(client.post_json("/api/bench/empty", body), 200))

    return act


def run(*, postgres: bool, quick: bool, full: bool) -> Report:
    """There is nothing more with `full`."""
    rounds, seconds = (1, 0.1) if quick else (ROUNDS, SECONDS)
    os.sched_setaffinity(0, {machine.LOAD_CORE})
    with prepared(postgres=postgres) as variables:
        told = json.loads(run_module("bench.fleet", variables))
        everything = {**variables, "BENCH_WORKER": "no", "MAGO_HUB_SIGN_INS_PER_SECOND": "100000"}
        with serving(everything) as server, Client(server.port, "192.0.2.1") as client:
            fleet = Fleet(client, told)
            for _ in told["hubs"]:
                fleet.sign_in()
            actions = {
                "one": posts(client, 1),
                "bare": posts(client, 2),
                "sign-in": fleet.sign_in,
                "reconnect": fleet.reconnect,
                "heartbeat": fleet.say_how_it_is,
            }
            samples = measure(actions, machine.Usage(), lambda: 0.0, rounds=rounds, seconds=seconds)
    database = "PostgreSQL and Valkey" if postgres else "SQLite"
    title = f"Hubs on {database}, {rounds} rounds of windows of {seconds} s"
    return Report(title, rows(samples, postgres=postgres))


def rows(samples: dict[str, Samples], *, postgres: bool) -> list[Row]:
    bare, rate = samples["bare"], 750 if postgres else 1500

    def row(goal: str, what: str, name: str, limit: float, floor: Samples = bare) -> Row:
        one = samples[name]
        return Row(goal, what, spread(one), milliseconds(median(floor.cpu)), ratio(one.cpu, floor.cpu), limit)  # fmt: skip

    def a_second(what: str, name: str, limit: float) -> Row:
        return Row(
            "G4",
            what,
            f"best {1 / min(samples[name].cpu):,.0f}",
            value=1 / median(samples[name].cpu),
            limit=limit,
            at_least=True,
        )

    return [
        Row("floor", "two empty POSTs of the API", spread(bare)),
        row("G4", "sign-in, with its token : two empty POSTs", "sign-in", 1.5),
        row("G4", "reconnect : two empty POSTs", "reconnect", 0.75),
        a_second("sign-ins a second and core", "sign-in", rate),
        a_second("reconnects a second and core", "reconnect", 2 * rate),
        row(
            "G3", "a heartbeat, by token : empty POST of the API", "heartbeat", 1.5, samples["one"]
        ),
    ]


def spread(samples: Samples) -> str:
    half, most = samples.percentile(0.5), samples.percentile(0.99)
    return (
        f"{milliseconds(median(samples.cpu))} CPU; p50 {half * 1000:.3g}, p99 {most * 1000:.3g} ms"
    )
