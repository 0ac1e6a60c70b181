"""All that a hub asks of the server. Each method is one thing done, or an exception that says why not."""

import secrets
import time
from dataclasses import dataclass
from typing import Any

from . import proof
from .proof import MECHANISM, Exchange, Reconnect, ServerNotProved
from .store import Credential, State
from .wire import Answer, Unreachable, Wire

__all__ = ["Busy", "Client", "Refused", "ServerNotProved", "Unreachable", "enrol", "prepare"]

API = "/api/v1/hubs"
HT = {proof.END_POINT: "HT-SHA-256-ENDP", "": "HT-SHA-256-NONE"}
# A token is not used in its last seconds: it might end on the way.
MARGIN = 30.0


class Busy(Exception):
    """The server has too much to do, or says to wait: come again in `retry_after` seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"come again in {retry_after:.0f} s")
        self.retry_after = retry_after


class Refused(Exception):
    """The server does not do it. `error` is for programs; of a sign-in it never tells the true reason."""

    def __init__(self, answer: Answer) -> None:
        self.status = answer.status
        self.error = str(answer.body.get("error") or answer.body.get("code") or answer.status)
        super().__init__(str(answer.body.get("detail") or self.error))


def prepare(wire: Wire) -> Credential:
    """A secret, made here, for as many iterations as the server wants."""
    offer = _good(wire.ask("GET", f"{API}/auth"))
    return new_credential(int(offer["iterations"]), int(offer["salt_bytes"]))


def enrol(wire: Wire, code: str, device: dict[str, str], credential: Credential) -> State:
    """The device is a hub; the server is told a verifier of its secret. Where the answer was lost,
    asking again with the same credential is safe.
    """
    told = {"code": code, "device": device, "credentials": [_verifier(credential)]}
    answer = _good(wire.ask("POST", f"{API}/enrol", told))
    credential.generation = int(answer["generation"])
    return State(str(answer["hub_id"]), credential)


def new_credential(iterations: int, salt_bytes: int) -> Credential:
    salt = proof.encoded(secrets.token_bytes(salt_bytes))
    return Credential(secrets.token_urlsafe(32), salt, iterations)


def _keys(credential: Credential) -> proof.Keys:
    salt = proof.decoded(credential.salt)
    return proof.keys_of(credential.secret, salt, credential.iterations)


def _verifier(credential: Credential) -> dict[str, Any]:
    salt = proof.decoded(credential.salt)
    return proof.verifier(credential.secret, salt, credential.iterations)


@dataclass(frozen=True)
class Told:
    """What the server answers to a heartbeat: in how many seconds to come again, and whether tasks wait."""

    interval: float
    jitter: float
    tasks: bool


class Client:
    """A hub that is enrolled. `state` is what it keeps, the access token lives in memory only."""

    def __init__(self, wire: Wire, state: State) -> None:
        self.wire, self.state = wire, state
        self.signed_in = self.reconnected = 0
        self.wishes: list[str] = []
        self._token, self._good_until = "", 0.0

    def come_in(self) -> None:
        """There is an access token: the one of before, or by one request (HT), or by two (SCRAM)."""
        if self._token and time.monotonic() < self._good_until:
            return
        self.forget_token()
        if self.state.pending and self.state.pending.generation:
            # We were cut off while we changed the credential: whether the new one was used, it tells itself.
            try:
                self._sign_in(self.state.pending)
            except Refused:
                pass
            else:
                self._promote()
                return
        if self.state.reconnect:
            try:
                self.reconnect()
            except Refused:
                # It has ended, or was taken away; the secret still counts.
                self.state.reconnect = None
                self.state.save()
            else:
                return
        self.sign_in()

    def forget_token(self) -> None:
        self._token, self._good_until = "", 0.0

    def sign_in(self) -> None:
        """Both have proved themselves, and there is a token. ServerNotProved where the server has not."""
        self._sign_in(self.state.credential)

    def _sign_in(self, credential: Credential) -> None:
        offer = _good(self.wire.ask("GET", f"{API}/auth"))
        flag, binding = self._binding(offer.get("channel_bindings", []))
        mechanism = MECHANISM + ("-PLUS" if binding else "")
        if mechanism not in offer.get("mechanisms", []):
            raise ServerNotProved(f"{mechanism} is not offered")
        exchange = Exchange(
            f"{self.state.hub_id}.{credential.generation}",
            _keys(credential),
            credential.salt,
            credential.iterations,
            flag=flag,
            binding=binding,
            offered=proof.offered_hash(offer["mechanisms"], offer["channel_bindings"]),
        )
        sent = {"mechanism": mechanism, "initial_response": _text(exchange.first())}
        begun = _good(self.wire.ask("POST", f"{API}/auth/start", sent))
        final = exchange.final(proof.decoded(begun["challenge"]).decode())
        sent = {"sid": begun["sid"], "response": _text(final)}
        ended = _good(self.wire.ask("POST", f"{API}/auth/continue", sent))
        exchange.check(proof.decoded(ended["additional_data"]).decode())
        self.signed_in += 1
        self._take(ended)

    def _binding(self, offered: list[str]) -> tuple[str, bytes]:
        """What is said about the channel, and its data: to the certificate, as Python's TLS exports no key.

        A server that offers nothing to bind to is told that we could: had somebody cut its offer short,
        it knows by that (RFC 5802 section 6).
        """
        seen = self.wire.end_point()
        if seen and proof.END_POINT in offered:
            return f"p={proof.END_POINT}", seen
        return ("n" if offered or not seen else "y"), b""

    def reconnect(self) -> None:
        """Both have proved that they hold the reconnect token, and there is an access token: one request."""
        held = self.state.reconnect
        assert held is not None
        binding = self.wire.end_point() if held["mechanism"] == HT[proof.END_POINT] else b""
        self.state.count += 1
        # Before it is sent: a counter that comes twice looks like a clone of us.
        self.state.save()
        exchange = Reconnect(self.state.hub_id, held["token"], self.state.count, binding)
        message = proof.encoded(exchange.message)
        sent = {"mechanism": held["mechanism"], "initial_response": message}
        answer = _good(self.wire.ask("POST", f"{API}/auth/start", sent))
        exchange.check(proof.decoded(answer["additional_data"]))
        self.reconnected += 1
        self._take(answer)

    def _take(self, success: dict[str, Any]) -> None:
        self._token = str(success["access_token"])
        self._good_until = time.monotonic() + float(success["expires_in"]) - MARGIN
        self.wishes = list(success.get("actions", []))
        held = success.get("reconnect")
        if held and (self.state.reconnect or {}).get("token") != held["token"]:
            self.state.reconnect = {"mechanism": held["mechanism"], "token": held["token"]}
            self.state.count = 0
            self.state.save()

    def heartbeat(self, report: dict[str, Any]) -> Told:
        answer = self._ask("POST", "me/heartbeat", report)
        return Told(float(answer["interval"]), float(answer["jitter"]), bool(answer["tasks"]))

    def tasks(self, *, held: bool = False) -> list[dict[str, Any]]:
        """The tasks that wait, each told once; or those that we were told before and have not finished."""
        answer = self._ask("GET", "me/tasks?held" if held else "me/tasks")
        return list(answer["tasks"])

    def tell(self, task: str, state: str, result: str = "", log: str = "") -> None:
        self._ask("POST", f"me/tasks/{task}", {"state": state, "result": result, "log": log})

    def rotate(self) -> None:
        """A new credential is in use and the old one is over. Cut off anywhere, one of the two works, and doing it again ends it."""
        if self.state.pending is None:
            self.state.pending = prepare(self.wire)
            # Before it is sent: the server may have it without our knowing.
            self.state.save()
        pending = self.state.pending
        answer = self._ask("POST", "me/credential", {"credentials": [_verifier(pending)]})
        pending.generation = int(answer["generation"])
        self.state.save()
        self._sign_in(pending)
        self._promote()

    def _promote(self) -> None:
        assert self.state.pending is not None
        self.state.credential, self.state.pending = self.state.pending, None
        self.state.save()

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = self.wire.ask(method, f"{API}/{path}", body, self._token)
        if answer.status == 401:
            self.forget_token()
        return _good(answer)


def _good(answer: Answer) -> dict[str, Any]:
    if answer.status in (429, 503) and answer.retry_after is not None:
        raise Busy(answer.retry_after)
    if answer.status >= 500 or answer.status == 429:
        # Something is wrong there, and passes: as if nobody had answered.
        raise Unreachable(str(answer.status))
    if answer.status >= 400:
        raise Refused(answer)
    return answer.body


def _text(message: str) -> str:
    return proof.encoded(message.encode())
