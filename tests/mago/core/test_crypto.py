"""Sealed values and message authentication, from one ring of keys."""

import hmac
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mago.core import crypto
from mago.core.crypto import SealBroken, is_current, mac, mac_matches, seal, unseal
from mago.core.macs import Mac

OLD, NEW = "old-key-0123456789-abcdefghijklmnop", "new-key-0123456789-abcdefghijklmnop"


@settings(max_examples=30, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_what_was_sealed_opens(value: str) -> None:
    assert unseal(seal(value, purpose="a"), purpose="a") == value


def test_the_same_value_is_sealed_differently_each_time() -> None:
    assert seal("x", purpose="a") != seal("x", purpose="a")


def test_a_sealed_value_shows_nothing() -> None:
    assert "secret" not in seal("secret", purpose="a")


@pytest.mark.parametrize(("purpose", "context"), [("b", ""), ("a", "other row"), ("", "")])
def test_it_opens_for_its_purpose_and_context_only(purpose: str, context: str) -> None:
    with pytest.raises(SealBroken):
        unseal(seal("x", purpose="a"), purpose=purpose, context=context)


def test_a_value_of_another_row_does_not_open() -> None:
    with pytest.raises(SealBroken):
        unseal(seal("x", purpose="a", context="row 1"), purpose="a", context="row 2")


def test_one_bit_changed_breaks_it() -> None:
    sealed = seal("x", purpose="a")
    for position in (0, 9, 15, len(sealed) - 3):
        changed = (
            sealed[:position] + ("A" if sealed[position] != "A" else "B") + sealed[position + 1 :]
        )
        with pytest.raises(SealBroken):
            unseal(changed, purpose="a")


@pytest.mark.parametrize("rest", ["", ".", "..", "AAAA", "x" * 1000, "é", "====", "\x00", "\udc80"])
def test_nonsense_under_a_known_key_does_not_open(rest: str) -> None:
    key_id = seal("x", purpose="a").split(".")[0]
    with pytest.raises(SealBroken):
        unseal(f"{key_id}.{rest}", purpose="a")


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=100), st.binary(max_size=300))
def test_a_mac_is_hmac_sha256_as_the_library_makes_it(key: bytes, message: bytes) -> None:
    assert Mac(key).of(message) == hmac.digest(key, message, "sha256")


def test_each_purpose_has_a_key_of_its_own() -> None:
    assert mac(b"x", purpose="a") != mac(b"x", purpose="b")


@settings(max_examples=30, deadline=None)
@given(st.text())
def test_nonsense_does_not_open(value: str) -> None:
    with pytest.raises(SealBroken):
        unseal(value, purpose="a")


def test_keys_can_be_rotated(settings: Any) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = OLD, []
    sealed, tag = seal("x", purpose="a"), mac(b"m", purpose="a")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    assert unseal(sealed, purpose="a") == "x"
    assert mac_matches(b"m", tag, purpose="a")
    assert not is_current(sealed)
    assert is_current(seal("x", purpose="a"))


def test_a_key_that_left_the_ring_opens_nothing(settings: Any) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = OLD, []
    sealed, tag = seal("x", purpose="a"), mac(b"m", purpose="a")
    settings.SECRET_KEY = NEW
    with pytest.raises(SealBroken):
        unseal(sealed, purpose="a")
    assert not mac_matches(b"m", tag, purpose="a")


def test_a_mac_is_for_one_message_and_one_purpose() -> None:
    tag = mac(b"m", purpose="a")
    assert mac_matches(b"m", tag, purpose="a")
    assert not mac_matches(b"n", tag, purpose="a")
    assert not mac_matches(b"m", tag, purpose="b")
    assert not mac_matches(b"m", tag[:-1], purpose="a")
    assert not mac_matches(b"m", b"", purpose="a")


def test_sealing_and_signing_use_keys_of_their_own() -> None:
    assert crypto._derive(OLD, "seal:a") != crypto._derive(OLD, "mac:a")
