"""What a scan sees is held against the policy; told with a server made up, and with real ones on loopback."""

import http.client
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from mago.tls import certificates, hello, scan
from mago.tls.policy import COMPATIBLE, HSTS, INTERMEDIATE, MODERN, PROFILES, Version
from mago.tls.proxies import RENDERERS, Front
from mago.tls.scan import Finding
from tests.mago.tls.stand import SERIAL, make_pair, program, rsa_key, running_proxy
from tests.running import free_port

GOOD = {
    Version.TLS_1_2: [0xC02B, 0xC02C, 0xCCA9],
    Version.TLS_1_3: [0x1301, 0x1302, 0x1303],
}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """An endpoint as the policy wants it; tests change what it offers."""
    der = ssl.PEM_cert_to_DER_cert(make_pair(tmp_path).certificate.read_text())
    known: dict[str, Any] = {
        "offers": {version: list(suites) for version, suites in GOOD.items()},
        "certificate": certificates.read(der),
        "hsts": HSTS,
        "redirects": False,
    }

    def ask(host: str, port: int, version: Version, suites: Any, *, seconds: float) -> Any:
        taken = [suite for suite in known["offers"].get(version, []) if suite in set(suites)]
        return hello.Answer(version, taken[0]) if taken else None

    monkeypatch.setattr(hello, "ask", ask)
    monkeypatch.setattr(certificates, "fetch", lambda *_, **__: known["certificate"])
    monkeypatch.setattr(certificates, "hsts_of", lambda *_, **__: known["hsts"])
    monkeypatch.setattr(certificates, "redirects_api", lambda *_, **__: known["redirects"])
    return known


def findings(profile: Any = INTERMEDIATE) -> list[tuple[Finding, str]]:
    return scan.scan("id.example.com", 443, profile).findings


def test_nothing_is_found_where_all_is_well(server: dict[str, Any]) -> None:
    assert findings() == []


@pytest.mark.parametrize(
    ("version", "suites", "expected"),
    [
        (Version.TLS_1_0, [0xC013], (Finding.VERSION_OFFERED, "TLS 1.0")),
        (Version.SSL_3_0, [0x0005], (Finding.VERSION_OFFERED, "SSL 3.0")),
        (Version.TLS_1_2, [*GOOD[Version.TLS_1_2], 0xC013], (Finding.SUITE_OFFERED, "ECDHE-RSA-AES128-SHA")),
        (Version.TLS_1_2, [*GOOD[Version.TLS_1_2], 0x000A], (Finding.SUITE_OFFERED, "0x000A")),
        (Version.TLS_1_2, [0xC02B, 0xC02C], (Finding.SUITE_MISSING, "ECDHE-ECDSA-CHACHA20-POLY1305")),
        (Version.TLS_1_3, [], (Finding.VERSION_MISSING, "TLS 1.3")),
        (Version.TLS_1_3, [0x1301, 0x1302, 0x1303, 0x1305], (Finding.SUITE_OFFERED, "0x1305")),
    ],
)  # fmt: skip
def test_more_or_less_than_the_policy_is_found(
    server: dict[str, Any], version: Version, suites: list[int], expected: Any
) -> None:
    server["offers"][version] = suites
    assert findings() == [expected]


def test_a_stricter_profile_finds_what_a_looser_one_allows(server: dict[str, Any]) -> None:
    assert findings(MODERN) == [(Finding.VERSION_OFFERED, "TLS 1.2")]
    assert findings(COMPATIBLE) == [(Finding.OLD_HUBS, "compatible")]


def test_hsts_and_a_redirected_api_are_found(server: dict[str, Any]) -> None:
    server["hsts"], server["redirects"] = "max-age=3600", True
    assert [finding for finding, _ in findings()] == [Finding.NO_HSTS, Finding.API_REDIRECTS]


@pytest.mark.parametrize(
    ("bits", "expected"),
    [(1024, Finding.KEY_TOO_WEAK), (2048, Finding.KEY_SHORT), (3072, None)],
)
def test_an_rsa_key_has_a_floor_and_a_size_that_is_advised(
    server: dict[str, Any], tmp_path: Path, bits: int, expected: Finding | None
) -> None:
    pem = make_pair(tmp_path, key=rsa_key(bits)).certificate.read_text()
    server["certificate"] = certificates.read(ssl.PEM_cert_to_DER_cert(pem))
    server["offers"][Version.TLS_1_2] = [0xC02F, 0xC030, 0xCCA8]
    assert [finding for finding, _ in findings()] == ([expected] if expected else [])


def test_a_server_that_repeats_itself_does_not_hold_us(
    server: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # It answers with a suite that was not offered.
    monkeypatch.setattr(hello, "ask", lambda *_, **__: hello.Answer(Version.TLS_1_2, 0x00FF))
    assert (Finding.VERSION_MISSING, "TLS 1.2") in findings()


def test_nobody_answering_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise ConnectionRefusedError("refused")

    monkeypatch.setattr(hello, "ask", refuse)
    assert findings() == [(Finding.UNREACHABLE, "refused")]


# --- real servers ---


class Echo(BaseHTTPRequestHandler):
    """Mago's place behind the proxy: tells what it was told."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        told = "\n".join(f"{name.lower()}: {value}" for name, value in self.headers.items())
        self.send_response(200)
        self.send_header("Strict-Transport-Security", HSTS)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told.encode())

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def upstream() -> Iterator[str]:
    # A proxy's look whether it lives ends without a word.
    ThreadingHTTPServer.handle_error = lambda *_: None  # type: ignore[method-assign]
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def get(port: int, path: str, certificate: Path | None = None, **headers: str) -> tuple[int, str]:
    secure = ssl.create_default_context(cafile=str(certificate)) if certificate else None
    connection: http.client.HTTPConnection = (
        http.client.HTTPSConnection("localhost", port, timeout=10, context=secure)
        if secure
        else http.client.HTTPConnection("localhost", port, timeout=10)
    )
    with closing(connection):
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


@pytest.mark.peer
@pytest.mark.journey
@pytest.mark.slow
@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("name", ["haproxy", "nginx", "traefik", "caddy"])
def test_a_real_proxy_offers_exactly_the_policy(
    name: str, profile: str, tmp_path: Path, upstream: str
) -> None:
    if not program(name):
        pytest.skip(f"{name} is not installed")
    policy, http_port, port = PROFILES[profile], free_port(), free_port()
    # Old hubs are met with RSA; the floor is enough to see the suites.
    pair = make_pair(tmp_path, key=rsa_key(3072) if policy is COMPATIBLE else None)
    front = Front(
        host="localhost",
        upstreams=(upstream,),
        certificate=str(pair.certificate),
        key=str(pair.key),
        folder=str(tmp_path),
        http=f":{http_port}",
        https=f":{port}",
    )
    for file, text in RENDERERS[name](policy, front).items():
        (tmp_path / file).write_text(text)
    with running_proxy(name, tmp_path, port):
        report = scan.scan(
            "localhost", port, policy, ca_file=str(pair.certificate), http_port=http_port
        )
        assert report.certificate is not None
        keys = frozenset({report.certificate.authentication})
        seen = {version: frozenset(suites) for version, suites in report.suites.items()}
        assert seen == {version: policy.suites_for(version, keys) for version in policy.versions}
        assert [found for found, _ in report.findings if not found.is_warning] == []
        # The channel and the scheme are the proxy's word alone; figures are not for the world.
        status, told = get(
            port, "/", pair.certificate, **{"X-TLS-Cipher": "forged", "X-Forwarded-Proto": "http"}
        )
        assert status == 200
        assert "forged" not in told
        assert "x-forwarded-proto: https" in told
        assert get(port, "/metrics", pair.certificate)[0] != 200
        # A program that speaks plain http reaches Mago's refusal; a browser is sent to https.
        status, told = get(http_port, "/api/v1/me")
        assert (status, "x-forwarded-proto: http\n" in told + "\n") == (200, True)
        assert get(http_port, "/accounts/login/")[0] in {301, 308}


@pytest.mark.peer
@pytest.mark.journey
def test_an_endpoint_that_nobody_vouches_for_is_found_out(tmp_path: Path, upstream: str) -> None:
    if not program("haproxy"):
        pytest.skip("haproxy is not installed")
    pair, http_port, port = make_pair(tmp_path), free_port(), free_port()
    front = Front("localhost", (upstream,), certificate=str(pair.certificate), key=str(pair.key), http=f":{http_port}", https=f":{port}")  # fmt: skip
    (tmp_path / "haproxy.cfg").write_text(RENDERERS["haproxy"](INTERMEDIATE, front)["haproxy.cfg"])
    with running_proxy("haproxy", tmp_path, port):
        report = scan.scan("localhost", port, INTERMEDIATE, http_port=None)
    assert [finding for finding, _ in report.findings] == [Finding.UNTRUSTED]
    assert report.certificate is not None
    assert report.certificate.serial == f"{SERIAL:x}"
