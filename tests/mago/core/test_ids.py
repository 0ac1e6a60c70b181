"""Names for things."""

import uuid

import time_machine

from mago.core.ids import digest, new_id, new_secret


def test_an_identifier_is_a_uuid_of_version_7() -> None:
    each = new_id()
    assert (each.version, each.variant) == (7, uuid.RFC_4122)


def test_identifiers_sort_by_time() -> None:
    with time_machine.travel("2026-01-01T00:00:00Z", tick=False) as clock:
        first = new_id()
        clock.shift(0.002)
        assert first < new_id()


def test_its_time_is_that_of_its_making() -> None:
    with time_machine.travel("2026-01-01T00:00:00Z", tick=False):
        assert new_id().int >> 80 == 1_767_225_600_000


def test_identifiers_of_one_moment_differ() -> None:
    with time_machine.travel("2026-01-01T00:00:00Z", tick=False):
        assert len({new_id() for _ in range(1000)}) == 1000


def test_secrets_are_long_and_stand_in_a_url() -> None:
    secrets = {new_secret() for _ in range(1000)}
    assert len(secrets) == 1000
    assert all(
        len(secret) == 43 and secret.replace("-", "").replace("_", "").isalnum()
        for secret in secrets
    )


def test_a_digest_is_one_of_sha_256() -> None:
    assert digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_any_text_has_a_digest() -> None:
    assert len({digest(text) for text in ("", "\x00", "\ud800", "\udfff", "é")}) == 5
