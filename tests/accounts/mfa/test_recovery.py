"""Recovery codes: ten of 65 bits, kept as MACs, each good once; and one from an administrator."""

import math
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import timezone

from accounts.mfa import limits, services
from accounts.mfa.methods import recovery
from accounts.mfa.models import RecoveryCode, RecoveryDevice
from accounts.mfa.selectors import has_recovery_code, unused_recovery_codes
from accounts.sessions.assurance import Proof
from mago.audit.tags import Tag
from tests.accounts.conftest import use_up
from tests.conftest import Browser

from .conftest import is_in, second_step, signing_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def codes(alice: Any, totp_of: Any) -> list[str]:
    totp_of(alice)
    return services.new_recovery_codes(user=alice, flow=signing_in(alice))


def test_each_of_ten_has_65_bits_and_is_stored_as_a_mac(codes: list[str]) -> None:
    plain = [code.replace("-", "") for code in codes]
    assert len(set(plain)) == 10
    assert all(len(code) * math.log2(len(recovery.ALPHABET)) >= 64 for code in plain)
    stored = " ".join(str(row) for row in RecoveryCode.objects.values_list())
    assert not [code for code in (*codes, *plain) if code in stored]


def test_a_code_lets_in_once(codes: list[str], alice: Any) -> None:
    for wanted in (True, False):
        browser = Browser()
        second_step(browser, alice)
        browser.post("/accounts/mfa/verify/recovery/0/", {"code": codes[0]})
        assert is_in(browser) is wanted
    assert alice.sessions.get().proofs == "password recovery"
    assert unused_recovery_codes(alice) == 9


@pytest.mark.parametrize("typed", [str.lower, lambda c: c.replace("-", " "), lambda c: f"  {c}\n"])
def test_it_may_be_typed_as_people_type(codes: list[str], alice: Any, typed: Any) -> None:
    assert recovery.use(alice, typed(codes[0]))


def test_letters_that_look_like_digits_are_read_as_those(
    alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "new_code", lambda: "0011ABCDEFGHJ")
    code = recovery.issue(alice, issued_by=alice, expires_at=timezone.now() + timedelta(hours=1))
    assert code == "0011-ABCD-EFGHJ"
    assert recovery.use(alice, "oOiL-abcd-efghj")


def test_alices_code_is_none_of_bobs(codes: list[str], bob: Any) -> None:
    assert not recovery.use(bob, codes[0])


def test_new_codes_end_those_before(codes: list[str], alice: Any, mails: Any, events: Any) -> None:
    services.new_recovery_codes(user=alice, flow=signing_in(alice))
    assert not recovery.use(alice, codes[0])
    assert unused_recovery_codes(alice) == 10
    assert len(events(Tag.RECOVERY_CODES_ISSUED)) == 2
    assert len(mails("mfa/recovery_codes", alice.email)) == 2


def test_nobody_has_them_without_a_factor(alice: Any) -> None:
    with pytest.raises(services.FactorRefused):
        services.new_recovery_codes(user=alice, flow=signing_in(alice))


@pytest.mark.parametrize(("hours", "good"), [(1, True), (-1, False)])
def test_an_administrators_code_has_an_end(alice: Any, dora: Any, hours: int, good: bool) -> None:
    end = timezone.now() + timedelta(hours=hours)
    code = recovery.issue(alice, issued_by=dora, expires_at=end)
    assert has_recovery_code(alice) is good
    assert recovery.use(alice, code) is good
    assert not recovery.use(alice, code)


def test_a_second_code_of_an_administrator_ends_the_first_and_leaves_alices_own(
    codes: list[str], alice: Any, dora: Any
) -> None:
    end = timezone.now() + timedelta(hours=1)
    first, second = [recovery.issue(alice, issued_by=dora, expires_at=end) for _ in range(2)]
    assert not recovery.use(alice, first)
    assert recovery.use(alice, second)
    assert recovery.use(alice, codes[0])


def test_where_they_are_switched_off_only_an_administrators_code_works(
    codes: list[str], alice: Any, dora: Any, settings: LazySettings
) -> None:
    settings.FACTORS = ("totp",)
    assert not has_recovery_code(alice)
    assert not recovery.use(alice, codes[0])
    end = timezone.now() + timedelta(hours=1)
    assert recovery.use(alice, recovery.issue(alice, issued_by=dora, expires_at=end))


@pytest.mark.parametrize("typed", ["", "\x00", "\ud800", "A" * 40, "' OR 1=1"])
def test_what_is_no_code_is_wrong_and_breaks_nothing(alice: Any, totp_of: Any, typed: str) -> None:
    with pytest.raises(services.WrongCode):
        services.verify(signing_in(alice), RecoveryDevice(user=alice), typed)


def test_who_has_used_up_the_guesses_leaves_recovery_to_the_owner(
    codes: list[str], alice: Any
) -> None:
    for limit in limits.GUESSES:
        use_up(limit, str(alice.pk), "stranger", "")
    proof = services.verify(signing_in(alice), RecoveryDevice(user=alice), codes[0])
    assert proof is Proof.RECOVERY_CODE
