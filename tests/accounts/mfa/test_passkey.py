"""Passkeys: one challenge, one origin, one holder, a counter that does not go back."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.mfa import services
from accounts.mfa.flows import Flow, Purpose
from accounts.mfa.methods.base import CannotEnrol
from accounts.mfa.models import Challenge, Kind, Passkey
from accounts.sessions.assurance import Proof
from mago.audit.tags import Tag
from mago.core.models import LimitState
from tests.conftest import Browser
from tests.turns import examples

from .authenticator import AAGUID, Authenticator, b64
from .conftest import is_in, second_step, signing_in

pytestmark = [pytest.mark.one_database, pytest.mark.django_db]


@pytest.fixture
def key(alice: Any, passkey_of: Any) -> tuple[Passkey, Authenticator]:
    found: tuple[Passkey, Authenticator] = passkey_of(alice)
    return found


def asked(flow: Flow, passkey: Passkey) -> dict[str, Any]:
    options: dict[str, Any] = services.begin(flow, passkey)["options"]
    return options


def verify(flow: Flow, passkey: Passkey, answer: Any) -> Proof | None:
    try:
        return services.verify(flow, passkey, answer)
    except services.WrongCode:
        return None


def alone(name: str = "browser") -> Flow:
    return Flow(name, Purpose.PASSWORDLESS)


def refused_alone(flow: Flow, answer: str) -> bool:
    try:
        services.verify_passkey(flow, answer)
    except services.WrongCode:
        return True
    return False


def test_it_is_a_second_factor_and_says_whether_it_asked_its_holder(
    alice: Any, passkey_of: Any
) -> None:
    for asks, proof in ((True, Proof.PASSKEY_VERIFIED), (False, Proof.PASSKEY)):
        passkey, authenticator = passkey_of(alice, asks=asks)
        flow = signing_in(alice, str(proof))
        options = asked(flow, passkey)
        assert options["userVerification"] == "preferred"
        assert verify(flow, passkey, authenticator.get(options)) is proof


def test_a_passkey_alone_tells_who_it_is(key: Any, alice: Any) -> None:
    passkey, authenticator = key
    options = services.begin_passkey(alone())["options"]
    assert (options["userVerification"], options["allowCredentials"]) == ("required", [])
    found = services.verify_passkey(alone(), authenticator.get(options))
    assert found == (alice, passkey, Proof.PASSKEY_VERIFIED)


def test_alone_it_must_ask_its_holder(alice: Any, passkey_of: Any) -> None:
    _passkey, authenticator = passkey_of(alice, asks=False)
    options = services.begin_passkey(alone())["options"]
    assert refused_alone(alone(), authenticator.get(options))


def test_the_person_chooses_among_their_passkeys_in_the_browser(
    alice: Any, passkey_of: Any
) -> None:
    first, _ = passkey_of(alice)
    second, authenticator = passkey_of(alice)
    flow = signing_in(alice)
    assert verify(flow, first, authenticator.get(asked(flow, first)))
    second.refresh_from_db()
    assert second.last_used_at is not None


@pytest.mark.parametrize(
    "dishonest",
    [
        {"origin": "http://evil.localhost:8000"},
        {"origin": "http://localhost:8001"},
        {"rp": "evil.example"},
        {"cross_origin": True},
        {"handle": b64(b"somebody else's")},
    ],
    ids=str,
)
def test_what_is_not_quite_our_page_is_refused(
    key: Any, alice: Any, dishonest: dict[str, Any]
) -> None:
    passkey, authenticator = key
    vars(authenticator).update(dishonest)
    flow = signing_in(alice)
    assert verify(flow, passkey, authenticator.get(asked(flow, passkey))) is None


def test_a_challenge_is_answered_once_in_its_flow_and_in_time(key: Any, alice: Any) -> None:
    passkey, authenticator = key
    flow = signing_in(alice)
    answer = authenticator.get(asked(flow, passkey))
    assert verify(signing_in(alice, "other"), passkey, answer) is None
    assert verify(flow, passkey, answer)
    assert verify(flow, passkey, answer) is None
    for late, good in ((299, True), (301, False)):
        with time_machine.travel(datetime.now(UTC), tick=False) as clock:
            answer = authenticator.get(asked(flow, passkey))
            clock.shift(timedelta(seconds=late))
            assert bool(verify(flow, passkey, answer)) is good


def test_a_wrong_answer_uses_the_challenge_up(key: Any, alice: Any) -> None:
    passkey, authenticator = key
    flow = signing_in(alice)
    options = asked(flow, passkey)
    assert verify(flow, passkey, authenticator.get(options, signature=b64(b"forged"))) is None
    assert verify(flow, passkey, authenticator.get(options)) is None


def test_challenges_are_256_random_bits_and_never_the_same(key: Any, alice: Any) -> None:
    made = [asked(signing_in(alice), key[0])["challenge"] for _ in range(50)]
    assert len(set(made)) == 50
    assert all(len(challenge) == 43 for challenge in made)


@pytest.mark.parametrize("count", [0, 4, 5])
def test_a_counter_that_goes_back_is_refused_and_told(
    key: Any, alice: Any, events: Any, count: int
) -> None:
    passkey, authenticator = key
    authenticator.count = 5
    flow = signing_in(alice)
    assert verify(flow, passkey, authenticator.get(asked(flow, passkey)))  # says 6
    authenticator.count = count
    answer = authenticator.get(asked(flow, passkey))
    assert verify(flow, passkey, answer) is None
    (event,) = events(Tag.PASSKEY_COPIED)
    assert event.target_id == str(alice.pk)


def test_nobody_claims_a_copy_without_the_key(key: Any, alice: Any, events: Any) -> None:
    passkey, authenticator = key
    Passkey.objects.update(sign_count=9)
    flow = signing_in(alice)
    assert (
        verify(flow, passkey, authenticator.get(asked(flow, passkey), signature=b64(b"x"))) is None
    )
    assert not events(Tag.PASSKEY_COPIED)


def test_an_authenticator_that_does_not_count_says_nought(key: Any, alice: Any) -> None:
    passkey, authenticator = key
    flow = signing_in(alice)
    for _ in range(2):
        authenticator.count = -1
        assert verify(flow, passkey, authenticator.get(asked(flow, passkey)))


def test_bobs_passkey_is_none_of_alices(key: Any, bob: Any, passkey_of: Any, alice: Any) -> None:
    his, his_authenticator = passkey_of(bob)
    flow = signing_in(alice)
    assert verify(flow, key[0], his_authenticator.get(asked(flow, key[0]))) is None
    assert verify(flow, his, his_authenticator.get(asked(flow, his))) is None


def test_one_authenticator_is_not_registered_twice(key: Any, alice: Any, bob: Any) -> None:
    passkey, authenticator = key
    for user in (alice, bob):
        flow = Flow(f"again {user}", Purpose.ENROL, user)
        options = services.enrol_factor(user=user, kind="passkey", name="", flow=flow).shown[
            "options"
        ]
        excluded = [one["id"] for one in options["excludeCredentials"]]
        assert excluded == ([passkey.credential_id] if user == alice else [])
        answer = authenticator.create(options)
        with pytest.raises(CannotEnrol):
            services.confirm_factor(
                user=user, kind="passkey", flow=flow, factor=None, answer=answer
            )
    assert Passkey.objects.count() == 1


def test_what_is_kept_of_it(alice: Any, passkey_of: Any) -> None:
    passkey, _ = passkey_of(alice)
    assert (passkey.name, passkey.aaguid, passkey.transports) == ("Key", AAGUID, ["usb"])
    assert passkey.is_discoverable
    assert not passkey_of(alice, asks=False)[0].is_discoverable


def test_options_name_the_person_by_their_handle_and_ask_for_no_attestation(alice: Any) -> None:
    flow = Flow("f", Purpose.ENROL, alice)
    options = services.enrol_factor(user=alice, kind="passkey", name="", flow=flow).shown["options"]
    assert options["user"]["id"] == b64(alice.pk.bytes)
    assert options["attestation"] == "none"


def broken(good: str) -> st.SearchStrategy[Any]:
    """The browser's answer with one thing replaced, at any depth; or something else altogether."""
    whole = json.loads(good)
    junk = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.text(max_size=20),
        st.binary(max_size=40).map(b64),
        st.lists(st.integers(), max_size=2),
        st.dictionaries(st.text(max_size=3), st.none(), max_size=1),
    )

    def replaced(choice: tuple[str, Any]) -> Any:
        path, value = choice
        copy = json.loads(good)
        target = copy["response"] if path in copy["response"] else copy
        target[path] = value
        return copy if value != 0 else json.dumps(copy)

    fields = st.sampled_from([*whole, *whole["response"]])
    return st.one_of(st.tuples(fields, junk).map(replaced), junk)


@settings(
    max_examples=examples(15),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
@pytest.mark.slow
def test_nothing_that_a_browser_could_send_breaks_anything(
    data: st.DataObject, alice: Any, passkey_of: Any
) -> None:
    LimitState.objects.all().delete()
    if not Passkey.objects.exists():
        passkey_of(alice)
    authenticator = Authenticator()
    passkey = Passkey.objects.get()
    flow = signing_in(alice)
    authenticator.handle = b64(alice.pk.bytes)
    answer = json.loads(authenticator.get(asked(flow, passkey)))
    answer["id"] = answer["rawId"] = passkey.credential_id
    sent = data.draw(broken(json.dumps(answer)))
    assert verify(flow, passkey, sent) is None
    enrol = Flow("enrol", Purpose.ENROL, alice)
    made = services.enrol_factor(user=alice, kind="passkey", name="", flow=enrol).shown["options"]
    sent = data.draw(broken(authenticator.create(made)))
    before = Passkey.objects.count()
    try:
        services.confirm_factor(user=alice, kind="passkey", flow=enrol, factor=None, answer=sent)
    except services.WrongCode:
        assert Passkey.objects.count() == before
    else:
        Passkey.objects.exclude(pk=passkey.pk).delete()


def test_on_pages_password_and_passkey_make_a_session_that_is_phishing_resistant(
    key: Any, alice: Any
) -> None:
    passkey, authenticator = key
    browser = Browser()
    path = second_step(browser, alice)
    assert path == f"/accounts/mfa/verify/passkey/{passkey.pk}/"
    options = browser.post("/accounts/mfa/verify/options/").json()
    browser.post(path, {"credential": authenticator.get(options)})
    assert is_in(browser)
    session = alice.sessions.get()
    assert (session.proofs, session.strength) == ("password passkey_verified", 3)


def test_nobody_gets_options_without_a_password(browser: Browser) -> None:
    assert browser.post("/accounts/mfa/verify/options/").status_code == 401
    assert not Challenge.objects.filter(kind=Kind.PASSKEY).exists()
