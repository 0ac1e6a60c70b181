"""The policy itself: exactly what the house promises, and said in one place."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from mago.tls.policy import (
    COMPATIBLE,
    DEFAULT,
    FOR_OLD_HUBS,
    HSTS_SECONDS,
    INTERMEDIATE,
    MODERN,
    PROFILES,
    RSA_BITS,
    RSA_FLOOR,
    Authentication,
    Version,
)
from mago.tls.scan import suite_name

ROOT = Path(settings.BASE_DIR)


def names(profile: object, version: Version) -> set[str]:
    return {suite.openssl for suite in profile.suites.get(version, ())}  # type: ignore[attr-defined]


def test_modern_is_tls_1_3_only() -> None:
    assert MODERN.versions == (Version.TLS_1_3,)


def test_intermediate_is_the_default_and_has_the_aead_suites_only() -> None:
    assert DEFAULT is INTERMEDIATE
    assert INTERMEDIATE.versions == (Version.TLS_1_2, Version.TLS_1_3)
    assert names(INTERMEDIATE, Version.TLS_1_3) == {
        "TLS_AES_128_GCM_SHA256",
        "TLS_AES_256_GCM_SHA384",
        "TLS_CHACHA20_POLY1305_SHA256",
    }
    assert names(INTERMEDIATE, Version.TLS_1_2) == {
        f"ECDHE-{key}-{cipher}"
        for key in ("ECDSA", "RSA")
        for cipher in ("AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305")
    }


def test_compatible_adds_one_suite_and_warns() -> None:
    more = set(COMPATIBLE.suites[Version.TLS_1_2]) - set(INTERMEDIATE.suites[Version.TLS_1_2])
    assert [suite.openssl for suite in more] == ["ECDHE-RSA-AES128-SHA"]
    assert "RFC 9325" in COMPATIBLE.warning
    assert [profile.name for profile in PROFILES.values() if profile.warning] == ["compatible"]


def test_an_rsa_suite_is_not_expected_of_an_ecdsa_key() -> None:
    ecdsa = COMPATIBLE.suites_for(Version.TLS_1_2, frozenset({Authentication.ECDSA}))
    assert len(ecdsa) == 3
    assert FOR_OLD_HUBS[0].code not in ecdsa


def test_openssl_knows_the_suites_by_the_same_numbers() -> None:
    every = [s for profile in PROFILES.values() for some in profile.suites.values() for s in some]
    assert [suite for suite in every if suite_name(suite.code) != suite.openssl] == []


def test_keys_and_hsts() -> None:
    assert (RSA_BITS, RSA_FLOOR) == (3072, 2048)
    assert HSTS_SECONDS >= 31_536_000


@pytest.mark.parametrize("word", [r"ECDHE[-_]", r"\bTLSv1", r"TLSVersion\.", r"CHACHA20"])
def test_versions_and_suites_stand_nowhere_else(word: str) -> None:
    allowed = {
        "hubs/binding.py",  # which hash goes with a suite that was negotiated
        # What is the least that others must speak.
        "hubs/agent/wire.py",
        "mago/core/trust.py",
    }
    found = {
        str(path.relative_to(ROOT))
        for folder in ("mago", "accounts", "hubs", "admincenter")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(word, path.read_text())
    }
    assert {path for path in found if not path.startswith("mago/tls/")} <= allowed
