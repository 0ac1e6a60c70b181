"""A hub signs in in two requests; whatever is wrong, it learns nothing but that."""

import base64
import hashlib
import random
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import scramp
import time_machine
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.organizations.services import set_organization_active
from hubs import handshake, keys
from hubs.held import Held
from hubs.keys import Purpose, fleet_key
from hubs.models import Credential, ReconnectToken, State
from hubs.services import quarantine_hub, reactivate_hub, revoke_credentials, suspend_hub
from mago.core.sql import Statement
from tests.hubs.conftest import Enrolled
from tests.hubs.hub import Device, decoded, encoded
from tests.races import at_once

NONCE = "rOprNGfwEbeRWgbNEkqO"
UNKNOWN = "01890a5d-ac96-774b-bcce-b302099a8057"


def told(answer: Any) -> tuple[Any, ...]:
    """All that a stranger learns from an answer."""
    headers = {name: value for name, value in answer.items() if name != "X-Request-ID"}
    return answer.status_code, headers, answer.content


def refused(answer: Any, status: int = 401, error: str = "not-authorized", e: str = "") -> bool:
    body = answer.json()
    assert (answer.status_code, body["status"], body["error"]) == (status, "failure", error)
    return (decoded(body["data"]) if "data" in body else "") == (f"e={e}" if e else "")


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_a_hub_signs_in_and_the_server_proves_itself(
    enrol: Any, events: Any, mechanism: str
) -> None:
    enrolled = enrol("S-1", "SCRAM-SHA-256", "SCRAM-SHA-512")
    device = Device(enrolled)
    body = device.sign_in(mechanism)
    assert (body["status"], body["state"], body["expires_in"]) == ("success", "active", 900)
    assert body["scope"] == "credential diagnostics tasks updates"
    me = device.get("me").json()
    assert (me["hub_id"], me["room"], me["site"]["name"]) == (enrolled.name, "Blue", "Hall")
    [event] = events("hubs:session:opened")
    assert (event.target_id, event.detail["method"]) == (enrolled.name, "scram")


def test_what_is_offered_is_what_is_hashed(enrolled: Enrolled) -> None:
    device = Device(enrolled)
    offer = device.get("auth").json()
    assert offer["mechanisms"] == ["SCRAM-SHA-256", "SCRAM-SHA-512"]
    assert (offer["iterations"], offer["salt_bytes"], offer["channel_bindings"]) == (4096, 16, [])
    text = "\x1e".join(sorted(offer["mechanisms"])).encode()
    hashed = base64.b64encode(hashlib.sha256(text).digest()).decode()
    assert decoded(device.start().json()["challenge"]).endswith(f",i=4096,h={hashed}")


def test_nothing_secret_is_kept_in_the_clear(enrolled: Enrolled) -> None:
    device = Device(enrolled)
    body = device.sign_in()
    with connection.cursor() as cursor:
        cursor.execute("SELECT keys FROM hubs_credential")
        rows = [str(row) for row in cursor.fetchall()]
        for table in (
            "hubs_reconnecttoken",
            "hubs_fleetsecret",
            "audit_auditevent",
        ):
            cursor.execute(f"SELECT * FROM {table}")
            rows += [str(row) for row in cursor.fetchall()]
    kept = "".join(rows)
    for secret in (body["access_token"], body["reconnect"]["token"], enrolled.secret):
        assert secret not in kept
    assert Credential.objects.everywhere(reason="test").get().keys not in kept


def test_an_unknown_hub_is_told_what_a_wrong_secret_is_told(
    enrolled: Enrolled, events: Any
) -> None:
    known, unknown = Device(enrolled, secret="wrong"), Device(name=UNKNOWN, secret="wrong")
    starts = [device.start().json() for device in (known, unknown, unknown)]
    salts = [decoded(start["challenge"]).split(",")[1:] for start in starts]
    assert salts[1] == salts[2], "an unknown hub's salt stays"
    assert len(salts[0][0]) == len(salts[1][0])
    assert salts[0][1:] == salts[1][1:], "iterations and hash"
    assert len(starts[0]["sid"]) == len(starts[1]["sid"])
    answers = [told(device.proceed(device.start())) for device in (known, unknown)]
    assert answers[0] == answers[1]
    assert answers[0][0] == 401
    reasons = [event.detail["reason"] for event in events("hubs:session:failed")]
    assert reasons == ["wrong proof", "unknown hub"]
    assert not ReconnectToken.objects.exists()


# SQLite writes a time by fifteen digits, or with an exponent where these do not tell it from its neighbours.
_VALUE = re.compile(r"'[^']*'|\b\d+(\.\d+)?(e[+-]?\d+)?\b")


def test_an_unknown_hub_costs_the_same_questions(enrolled: Enrolled) -> None:
    """Of the database and of the cryptography: what is not done cannot be timed."""
    for purpose in Purpose:
        fleet_key(purpose)  # made once in the life of an installation
    asked = []
    for device in (Device(enrolled, secret="wrong"), Device(name=UNKNOWN, secret="wrong")):
        with CaptureQueriesContext(connection) as queries:
            device.proceed(device.start())
        asked.append([_VALUE.sub("?", query["sql"])[:60] for query in queries])
    assert asked[0] == asked[1]
    numbers = set()
    for name in (enrolled.name, UNKNOWN):
        with CaptureQueriesContext(connection) as queries:
            Device(name=name).reconnect({"mechanism": "HT-SHA-256-NONE", "token": "x"}, 1)
        numbers.add(len(queries))
    assert len(numbers) == 1


def test_a_sign_in_asks_the_database_little(
    enrolled: Enrolled, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One read, then a look and one write: on PostgreSQL, where each is a round trip, one statement."""
    for purpose in Purpose:  # read once in the life of a process
        monkeypatch.setitem(keys._kept, purpose, fleet_key(purpose))
    device = Device(enrolled)
    told = device.sign_in()["reconnect"]

    def questions(ask: Callable[[], Any]) -> int:
        device.token = ""
        with CaptureQueriesContext(connection) as queries:
            assert ask().status_code == 200
        return len(queries)

    def sign_in() -> tuple[int, int]:
        return questions(device.start), questions(lambda: device.proceed(device.last))

    is_sqlite = connection.vendor == "sqlite"
    assert sign_in() == (1, 2 if is_sqlite else 1)
    device.reconnect(told, 1)
    assert questions(lambda: device.reconnect(told, 2)) == 2
    # A token to reconnect with is made besides, as the one before is in use.
    assert sign_in() == (1, 4 if is_sqlite else 1)


def test_the_second_request_may_come_to_another_process(
    enrolled: Enrolled, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = Device(enrolled)
    started = device.start()
    monkeypatch.setattr(handshake, "_held", Held())
    assert device.proceed(started).status_code == 200
    wrong = Device(name=UNKNOWN, secret="wrong")
    started = wrong.start()
    monkeypatch.setattr(handshake, "_held", Held())
    assert refused(wrong.proceed(started), e="invalid-proof")


def test_of_what_was_begun_only_the_newest_is_held() -> None:
    held = Held(most=2)
    for name in ("a", "b", "c"):
        held.put(name, f"keys of {name}")
    assert [held.take(name) for name in ("a", "b", "c", "c")] == [None, "keys of b", "keys of c", None]  # fmt: skip


def test_the_name_alone_is_the_first_generation_also_of_who_does_not_exist(
    enrolled: Enrolled,
) -> None:
    for name in (enrolled.name, UNKNOWN):
        salts = {
            decoded(Device(name=n, secret="x").start().json()["challenge"]).split(",")[1]
            for n in (name, f"{name}.1")
        }
        assert len(salts) == 1


@pytest.mark.parametrize(
    "name",
    ["x", "01890A5D-AC96-774B-BCCE-B302099A8057", UNKNOWN + ".0", "{" + UNKNOWN + "}", "=2C"],
)
def test_odd_names_are_unknown_hubs(db: None, name: str) -> None:
    first = encoded(f"n,,n={name},r={NONCE}")
    answer = Device().post("auth/start", {"mechanism": "SCRAM-SHA-256", "initial_response": first})
    assert answer.status_code == 200


def test_a_sid_is_good_once(enrolled: Enrolled, events: Any) -> None:
    device = Device(enrolled)
    device.sign_in()
    assert refused(device.post("auth/continue", device.final), e="invalid-proof")
    assert events("hubs:session:failed")[0].detail["reason"] == "replayed"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_many_with_one_sid_one_wins(real_database: None, enrolled: Enrolled) -> None:
    device = Device(enrolled)
    device.sign_in()  # the first of a day is told in the audit, and so takes another way
    started = device.start()
    device.scram.set_server_first(decoded(started.json()["challenge"]))
    final = {"sid": started.json()["sid"], "response": encoded(device.scram.get_client_final())}
    answers = at_once(lambda _number: Device(enrolled).post("auth/continue", final).status_code)
    assert sorted(answers) == [200] + [401] * 7
    assert len(at_once(lambda _number: Device(enrolled).sign_in()["access_token"])) == 8


def test_a_wrong_guess_uses_the_sid_up(enrolled: Enrolled) -> None:
    device = Device(enrolled)
    started = device.start()
    device.scram.set_server_first(decoded(started.json()["challenge"]))
    final = device.scram.get_client_final()
    wrong = final[: final.index(",p=")] + ",p=" + base64.b64encode(b"x" * 32).decode()
    sid = started.json()["sid"]
    assert refused(
        device.post("auth/continue", {"sid": sid, "response": encoded(wrong)}), e="invalid-proof"
    )
    right = {"sid": sid, "response": encoded(final)}
    assert refused(device.post("auth/continue", right), e="invalid-proof")


def test_a_response_belongs_to_its_own_sid(enrolled: Enrolled) -> None:
    device = Device(enrolled)
    device.sign_in()
    other = device.start().json()["sid"]
    assert refused(device.post("auth/continue", device.final | {"sid": other}), e="invalid-proof")


def test_a_sid_ends_and_cannot_be_made(enrolled: Enrolled) -> None:
    device = Device(enrolled)
    with time_machine.travel("2030-01-01 12:00", tick=False):
        started = device.start()
    with time_machine.travel("2030-01-01 12:00:31", tick=False):
        assert refused(device.proceed(started), e="invalid-proof")
    for sid in ("", "x", "x.y", started.json()["sid"][:-9] + "x" * 9, "\u00e9." * 9):
        assert refused(device.post("auth/continue", device.final | {"sid": sid}), e="invalid-proof")


def test_the_hubs_clock_does_not_count(enrolled: Enrolled) -> None:
    """Nothing of a sign-in is dated by the hub; the server's own clock may be wrong for all of it."""
    for minutes in (0, -5, 5):
        with time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=False):
            assert Device(enrolled).sign_in()["status"] == "success"


@pytest.mark.parametrize(
    ("sent", "status", "error", "e"),
    [
        (b"", 400, "malformed-request", "invalid-encoding"),
        (b"[]", 400, "malformed-request", "invalid-encoding"),
        (b"[" * 5000, 400, "malformed-request", "invalid-encoding"),
        (b'"' + b"x" * 100_000 + b'"', 400, "malformed-request", "invalid-encoding"),
        ({}, 400, "malformed-request", "other-error"),
        ({"mechanism": "SCRAM-SHA-256"}, 400, "malformed-request", "invalid-encoding"),
        ({"initial_response": "=x="}, 400, "malformed-request", "invalid-encoding"),
        ({"initial_response": "/w=="}, 400, "malformed-request", "invalid-encoding"),
        ({"initial_response": encoded("n,,n=x")}, 400, "malformed-request", "other-error"),
        ({"initial_response": encoded(f"n,,m=1,n=x,r={NONCE}")}, 400, "not-supported", "extensions-not-supported"),
        ({"mechanism": "SCRAM-SHA-1", "initial_response": ""}, 400, "invalid-mechanism", ""),
        ({"mechanism": "SCRAM-SHA-256-PLUS", "initial_response": ""}, 400, "invalid-mechanism", ""),
        ({"initial_response": encoded(f"p=tls-unique,,n=x,r={NONCE}")}, 400, "invalid-mechanism", "channel-binding-not-supported"),
        ({"initial_response": encoded(f"n,,n=\u00e9,r={NONCE}")}, 401, "not-authorized", "invalid-username-encoding"),
    ],
)  # fmt: skip
def test_bad_input_is_named(db: None, sent: Any, status: int, error: str, e: str) -> None:
    if isinstance(sent, dict) and "initial_response" in sent:
        sent = {"mechanism": "SCRAM-SHA-256"} | sent
    assert refused(Device().post("auth/start", sent), status, error, e)


def test_states_narrow_and_shut_out_at_once(enrolled: Enrolled, alice: Any) -> None:
    device, change = Device(enrolled), {"hub": enrolled.hub, "reason": "a test", "actor": alice}
    device.sign_in()
    quarantine_hub(**change)
    assert device.get("me").status_code == 401
    device.token = ""
    assert device.sign_in()["scope"] == "diagnostics updates"
    assert device.get("me").json()["scope"] == "diagnostics updates"
    assert device.post("me/credential", {}).status_code == 403
    suspend_hub(**change)
    assert device.get("me").status_code == 401
    device.token = ""
    assert refused(device.proceed(device.start()), e="invalid-proof")
    reactivate_hub(**change)
    assert device.sign_in()["state"] == State.ACTIVE


def test_a_disabled_organization_shuts_its_hubs_out(
    enrolled: Enrolled, acme: Any, dora: Any
) -> None:
    device = Device(enrolled)
    device.sign_in()
    set_organization_active(organization=acme, active=False, actor=dora)
    assert device.get("me").status_code == 401
    assert refused(device.proceed(device.start()), e="invalid-proof")


def test_revocation_works_at_once_also_between_the_requests(
    enrolled: Enrolled, alice: Any, events: Any
) -> None:
    device = Device(enrolled)
    reconnect = device.sign_in()["reconnect"]
    started = device.start()
    revoke_credentials(hub=enrolled.hub, actor=alice)
    assert device.get("me").status_code == 401
    assert refused(device.proceed(started), e="invalid-proof")
    assert refused(device.reconnect(reconnect, 1), e="invalid-proof")
    reasons = [event.detail["reason"] for event in events("hubs:session:failed")]
    assert reasons == ["revoked", "no such reconnect token"]


def test_too_many_failures_are_told_to_wait_and_only_from_there(enrolled: Enrolled) -> None:
    wrong = Device(enrolled, secret="wrong")
    statuses = [wrong.proceed(wrong.start()).status_code for _ in range(10)]
    assert set(statuses) == {401}
    answer = wrong.start()
    assert refused(answer, 429, "temporary-auth-failure", "no-resources")
    assert int(answer["Retry-After"]) > 0
    elsewhere = Device(enrolled)
    elsewhere.client.defaults["REMOTE_ADDR"] = "192.0.2.9"
    assert elsewhere.sign_in()["status"] == "success"


def test_a_database_that_is_away_is_told_as_such(
    enrolled: Enrolled, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hub comes again; nothing was used up."""
    device = Device(enrolled)
    started = device.start()

    def fail(*args: Any) -> None:
        raise OperationalError("the database system is shutting down")

    with monkeypatch.context() as patch:
        patch.setattr(Statement, "run", fail)
        answer = device.proceed(started)
        assert refused(answer, 503, "temporary-auth-failure", "no-resources")
        assert answer["Retry-After"] == "2"
        assert b"shutting" not in answer.content
    assert device.post("auth/continue", device.final).status_code == 200


def test_no_request_of_a_sign_in_breaks(enrolled: Enrolled) -> None:
    """Bodies that were right, with members swapped, cut and replaced: always an answer, never a token."""
    chance = random.Random(1)
    device = Device(enrolled)
    started = device.start().json()
    first = encoded(f"n,,n={enrolled.name},r={NONCE}")
    final = encoded(f"c=biws,r={NONCE}x,p={base64.b64encode(b'x' * 32).decode()}")
    values = ["SCRAM-SHA-256", "HT-SHA-256-NONE", first, final, started["sid"], "", "\x00", "\ud800",
              1, None, [], {}, True, "x" * 3000, first[:9], final[::-1], 1e308, "SCRAM-SHA-512"]  # fmt: skip
    names = ["mechanism", "initial_response", "sid", "response", "\x00"]
    for _ in range(150):
        body = {name: chance.choice(values) for name in chance.sample(names, 3)}
        for path in ("auth/start", "auth/continue"):
            answer = device.post(path, body)
            assert answer.status_code in (200, 400, 401, 429)
            assert "access_token" not in answer.json()


# --- RFC 7804 ---


def by_header(device: Device, attributes: str, scheme: str = "SCRAM-SHA-256") -> Any:
    headers = {"Authorization": f"{scheme} {attributes}"} if attributes else {}
    return device.client.get("/api/v1/hubs/auth/token", headers=headers)


@pytest.mark.parametrize("quote", ["", '"'])
def test_rfc_7804_gives_a_token_too(enrolled: Enrolled, quote: str) -> None:
    device = Device(enrolled)
    assert by_header(device, "")["WWW-Authenticate"] == 'SCRAM-SHA-256 realm="hubs"'
    client = scramp.ScramClient(["SCRAM-SHA-256"], enrolled.name, enrolled.secret)
    first = encoded(client.get_client_first())
    challenge = by_header(device, f'realm="hubs", data={quote}{first}{quote}')
    assert challenge.status_code == 401
    sid, data = challenge["WWW-Authenticate"].removeprefix("SCRAM-SHA-256 sid=").split(", data=")
    client.set_server_first(decoded(data))
    final = f"sid={quote}{sid}{quote}, data={quote}{encoded(client.get_client_final())}{quote}"
    success = by_header(device, final)
    client.set_server_final(decoded(success["Authentication-Info"].split(", data=")[1]))
    device.token = success.content.decode()
    assert device.get("me").status_code == 200
    assert by_header(device, final).status_code == 401, "a replay"


@pytest.mark.parametrize(
    "attributes",
    ["data", "data=x, data=x", "data=\u00e9", "x=" + "y" * 9999, f"data={encoded('y,,n=x,r=' + NONCE)}",
     f"data={encoded('p=tls-exporter,,n=x,r=' + NONCE)}", "sid=x, data=eA=="],
)  # fmt: skip
def test_rfc_7804_refuses_the_rest_with_a_challenge(db: None, attributes: str) -> None:
    answer = by_header(Device(), attributes)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'SCRAM-SHA-256 realm="hubs"')
