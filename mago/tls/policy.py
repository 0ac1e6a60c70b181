"""What may be spoken on the wire. Versions, suites and sizes of keys stand here and nowhere else.

RFC 9325 (recommendations for TLS), Mozilla's server side profiles, ASVS 12.1. Every suite has forward
secrecy and 128 bits or more; all but one are authenticated encryption.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import NamedTuple


class Version(IntEnum):
    """A protocol version, as it stands on the wire (RFC 8446 section 4.1.2)."""

    SSL_3_0 = 0x0300
    TLS_1_0 = 0x0301
    TLS_1_1 = 0x0302
    TLS_1_2 = 0x0303
    TLS_1_3 = 0x0304

    @property
    def label(self) -> str:
        kind, major, minor = self.name.split("_")
        return f"{kind} {major}.{minor}"


class Authentication(StrEnum):
    """With which kind of key a server proves itself in a suite."""

    ANY = "any"
    ECDSA = "ecdsa"
    RSA = "rsa"


class Suite(NamedTuple):
    """A cipher suite: its number and name with IANA, and OpenSSL's name for it."""

    code: int
    iana: str
    openssl: str
    authentication: Authentication = Authentication.ANY


_ECDSA, _RSA = Authentication.ECDSA, Authentication.RSA
TLS_1_3_SUITES = (
    Suite(0x1301, "TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256"),
    Suite(0x1302, "TLS_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384"),
    Suite(0x1303, "TLS_CHACHA20_POLY1305_SHA256", "TLS_CHACHA20_POLY1305_SHA256"),
)
# fmt: off
TLS_1_2_SUITES = (
    Suite(0xC02B, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256", _ECDSA),
    Suite(0xC02F, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256", _RSA),
    Suite(0xC02C, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384", _ECDSA),
    Suite(0xC030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE-RSA-AES256-GCM-SHA384", _RSA),
    Suite(0xCCA9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305", _ECDSA),
    Suite(0xCCA8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-RSA-CHACHA20-POLY1305", _RSA),
)
# CBC with HMAC-SHA-1: nothing breaks it where it is implemented well, and RFC 9325 advises against it.
FOR_OLD_HUBS = (
    Suite(0xC013, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "ECDHE-RSA-AES128-SHA", _RSA),
)
# fmt: on


@dataclass(frozen=True)
class Profile:
    """What a server offers; `warning` is why one should not stay with it."""

    name: str
    suites: dict[Version, tuple[Suite, ...]]
    warning: str = ""

    @property
    def versions(self) -> tuple[Version, ...]:
        return tuple(self.suites)

    @property
    def oldest(self) -> Version:
        return min(self.suites)

    def suites_for(self, version: Version, keys: frozenset[Authentication]) -> frozenset[int]:
        """The numbers of the suites that a server with such keys offers in this version."""
        return frozenset(
            suite.code
            for suite in self.suites.get(version, ())
            if suite.authentication in keys | {Authentication.ANY}
        )


MODERN = Profile("modern", {Version.TLS_1_3: TLS_1_3_SUITES})
INTERMEDIATE = Profile(
    "intermediate", {Version.TLS_1_2: TLS_1_2_SUITES, Version.TLS_1_3: TLS_1_3_SUITES}
)
COMPATIBLE = Profile(
    "compatible",
    {Version.TLS_1_2: TLS_1_2_SUITES + FOR_OLD_HUBS, Version.TLS_1_3: TLS_1_3_SUITES},
    warning=f"{FOR_OLD_HUBS[0].openssl} is offered, for old hubs: CBC with SHA-1, which RFC 9325 advises"
    " against. It needs an RSA key. Change the hubs, then go back to intermediate.",
)
PROFILES = {profile.name: profile for profile in (MODERN, INTERMEDIATE, COMPATIBLE)}
DEFAULT = INTERMEDIATE

# Key exchange, best first: OpenSSL's names; 128 bits of security or more each.
GROUPS = ("X25519", "P-256", "P-384")
# Keys of certificates: what is made by default, what is accepted without a word, and the floor.
CURVES = ("secp256r1", "secp384r1", "secp521r1")
RSA_BITS = 3072
RSA_FLOOR = 2048

# Two years, all subdomains, and the browsers' own list (RFC 6797; hstspreload.org; ASVS 3.4.1).
HSTS_SECONDS = 63_072_000
HSTS = f"max-age={HSTS_SECONDS}; includeSubDomains; preload"

# Let's Encrypt's certificates, and how long before their end a new one is fetched.
CERTIFICATE_DAYS = 90
RENEW_DAYS = 30
