"""Looking at a live endpoint as a stranger does, and holding what one sees against the policy."""

import http.client
import re
import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from . import certificates, hello
from .certificates import Certificate
from .policy import HSTS_SECONDS, Authentication, Profile, Version

STEP_SECONDS = 5.0
LONGEST = 20.0
# Every suite that IANA numbered for TLS 1.2 and before, but for the two that are signals and no suites.
_OLD_SUITES = [
    *range(0x0001, 0x00C8),
    *range(0xC001, 0xC0B8),
    *range(0xCCA8, 0xCCAF),
    *range(0xD001, 0xD006),
]
_NEW_SUITES = range(0x1301, 0x1308)
_NO_SUITES = {0x00FF, 0x5600}


class Finding(StrEnum):
    """What an endpoint does that the policy does not allow, or does not advise (warnings)."""

    sentence: str | Promise

    def __new__(cls, value: str, sentence: str | Promise = "") -> "Finding":
        finding = str.__new__(cls, value)
        finding._value_ = value
        finding.sentence = sentence
        return finding

    UNREACHABLE = "unreachable", _("Nobody answers: {what}")
    UNTRUSTED = "untrusted", _("The certificate is not believed: {what}")
    KEY_TOO_WEAK = "key-too-weak", _("The key of the certificate is too weak: {what}")
    VERSION_OFFERED = "version-offered", _("An old version is offered: {what}")
    VERSION_MISSING = "version-missing", _("A version of the policy is not offered: {what}")
    SUITE_OFFERED = "suite-offered", _("A cipher suite outside the policy is offered: {what}")
    SUITE_MISSING = "suite-missing", _("A cipher suite of the policy is not offered: {what}")
    NO_HSTS = "no-hsts", _("Strict-Transport-Security is missing or shorter than a year: {what}")
    API_REDIRECTS = "api-redirects", _("The API answers plain http with a redirect: {what}")
    KEY_SHORT = "key-short", _("The key of the certificate is shorter than advised: {what}")
    OLD_HUBS = "old-hubs", _("The profile for old hubs is in use: {what}")

    @property
    def is_warning(self) -> bool:
        return self in {Finding.KEY_SHORT, Finding.OLD_HUBS, Finding.SUITE_MISSING}


@dataclass
class Report:
    """What was seen; `suites` are the numbers that the server took, by version."""

    suites: dict[Version, list[int]] = field(default_factory=dict)
    certificate: Certificate | None = None
    findings: list[tuple[Finding, str]] = field(default_factory=list)

    def add(self, finding: Finding, what: str = "") -> None:
        self.findings.append((finding, what))


class TooSlow(OSError):
    """The endpoint took so long that the scan was given up."""


def scan(
    host: str,
    port: int,
    profile: Profile,
    *,
    ca_file: str = "",
    http_port: int | None = 80,
) -> Report:
    """The endpoint, held against `profile`. Takes LONGEST seconds at most, and some twenty connections.

    `http_port` is where plain http would be answered, None for nowhere.
    """
    report = Report()
    try:
        report.suites = _offered(host, port)
        report.certificate = certificates.fetch(host, port, seconds=STEP_SECONDS, ca_file=ca_file)
    except (OSError, ssl.SSLError) as error:
        report.add(Finding.UNREACHABLE, str(error)[:200])
        return report
    _judge_certificate(report, report.certificate)
    _judge_suites(report, profile, report.certificate.authentication)
    if not report.certificate.problem:
        _judge_hsts(report, host, port, ca_file)
    if http_port and certificates.redirects_api(host, http_port, seconds=STEP_SECONDS):
        report.add(Finding.API_REDIRECTS, f"http://{host}:{http_port}/api/v1/me")
    return report


def _offered(host: str, port: int) -> dict[Version, list[int]]:
    """Of each version that the server speaks, the suites it takes, in its own order."""
    end = time.monotonic() + LONGEST
    found: dict[Version, list[int]] = {}
    for version in Version:
        left = [s for s in _offer(version) if s not in _NO_SUITES]
        taken: list[int] = []
        while left:
            if time.monotonic() > end:
                raise TooSlow(f"no end within {LONGEST:.0f} s")
            answer = hello.ask(host, port, version, left, seconds=STEP_SECONDS)
            if answer is None or answer.version != version or answer.suite not in left:
                break
            taken.append(answer.suite)
            left.remove(answer.suite)
            if version < Version.TLS_1_2:
                break  # That it is spoken at all is enough.
        if taken:
            found[version] = taken
    return found


def _offer(version: Version) -> Iterable[int]:
    return _NEW_SUITES if version >= Version.TLS_1_3 else _OLD_SUITES


def _judge_certificate(report: Report, certificate: Certificate) -> None:
    if certificate.problem:
        report.add(Finding.UNTRUSTED, certificate.problem)
    if certificate.is_below_floor:
        report.add(Finding.KEY_TOO_WEAK, certificate.key)
    elif certificate.is_short:
        report.add(Finding.KEY_SHORT, certificate.key)


def _judge_suites(report: Report, profile: Profile, key: Authentication) -> None:
    for version, taken in report.suites.items():
        if version not in profile.versions:
            report.add(Finding.VERSION_OFFERED, version.label)
            continue
        allowed = {suite.code for suite in profile.suites[version]}
        expected = profile.suites_for(version, frozenset({key}))
        for code in sorted(set(taken) - allowed):
            report.add(Finding.SUITE_OFFERED, suite_name(code))
        for code in sorted(expected - set(taken)):
            report.add(Finding.SUITE_MISSING, suite_name(code))
    for version in set(profile.versions) - set(report.suites):
        report.add(Finding.VERSION_MISSING, version.label)
    if profile.warning:
        report.add(Finding.OLD_HUBS, profile.name)


def _judge_hsts(report: Report, host: str, port: int, ca_file: str) -> None:
    try:
        header = certificates.hsts_of(host, port, seconds=STEP_SECONDS, ca_file=ca_file)
    except (OSError, http.client.HTTPException) as error:
        report.add(Finding.UNREACHABLE, str(error)[:200])
        return
    age = re.search(r"max-age=\"?(\d+)", header, re.IGNORECASE)
    if not age or int(age[1]) < HSTS_SECONDS // 2:
        report.add(Finding.NO_HSTS, header[:100] or "–")


@cache
def _known_names() -> dict[int, str]:
    """What OpenSSL calls the suites that it knows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_ciphers("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
    return {suite["id"] & 0xFFFF: suite["name"] for suite in context.get_ciphers()}


def suite_name(code: int) -> str:
    return _known_names().get(code, f"0x{code:04X}")
