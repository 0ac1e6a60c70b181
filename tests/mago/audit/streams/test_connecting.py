import socket
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from mago.audit.models import StreamKind
from mago.audit.streams import connecting
from mago.audit.streams.addresses import read_address
from mago.audit.streams.connecting import Step, StreamFailed, is_allowed, resolve

INSIDE = [
    "127.0.0.1",
    "127.8.8.8",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "255.255.255.255",
    "224.0.0.1",
    "240.0.0.1",
    "::",
    "::1",
    "fe80::1",
    "fc00::1",
    "fd12::1",
    "fec0::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "2002:c0a8:101::1",
    "2001:0:0:0:0:0:80ff:fffe",
]


@pytest.mark.parametrize("address", INSIDE)
def test_what_is_inside_is_not_reached(address: str) -> None:
    assert not is_allowed(ip_address(address))


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1"]
)
def test_what_is_public_is(address: str) -> None:
    assert is_allowed(ip_address(address))


def test_what_is_inside_is_reached_where_the_operator_says_so(settings: Any) -> None:
    settings.AUDIT_STREAM_NETWORKS = [ip_network("10.1.0.0/16"), ip_network("fd00:1::/64")]
    for address in ("10.1.2.3", "fd00:1::7", "::ffff:10.1.2.3"):
        assert is_allowed(ip_address(address))
    for address in ("10.2.0.1", "127.0.0.1", "fd00:2::7"):
        assert not is_allowed(ip_address(address))


def answers(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, **kind: Any) -> list[Any]:
        asked.append(host)
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_one_inner_address_among_many_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, "1.1.1.1", "10.0.0.1")
    with pytest.raises(StreamFailed) as failed:
        resolve("siem.example.com", 443, socket.SOCK_STREAM)
    assert failed.value.step is Step.ALLOW
    assert "10.0.0.1" in failed.value.reason


def test_the_connection_goes_to_the_address_that_was_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, reached = answers(monkeypatch, "1.1.1.1"), []

    class Socket:
        def __init__(self, *kind: object) -> None: ...
        def settimeout(self, seconds: float) -> None: ...
        def close(self) -> None: ...

        def connect(self, place: tuple[str, int]) -> None:
            reached.append(place)
            raise ConnectionRefusedError("refused")

    monkeypatch.setattr(connecting.socket, "socket", Socket)
    with (
        pytest.raises(StreamFailed) as failed,
        connecting.tls_connection("rebind.example.com", 443),
    ):
        pass
    assert failed.value.step is Step.CONNECT
    assert asked == ["rebind.example.com"]
    assert reached == [("1.1.1.1", 443)]


def test_a_name_that_is_nowhere_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(*arguments: Any, **kind: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with pytest.raises(StreamFailed) as failed:
        resolve("nowhere.example.com", 443, socket.SOCK_STREAM)
    assert failed.value.step is Step.RESOLVE


def test_an_address_is_taken_apart() -> None:
    place = read_address(StreamKind.WEBHOOK, "https://siem.example.com/in/?a=b")
    assert place == ("https", "siem.example.com", 443, "/in/?a=b")
    assert place.authority == "siem.example.com"
    assert read_address(StreamKind.WEBHOOK, "https://[2606:4700::1]:8443").authority == (
        "[2606:4700::1]:8443"
    )
    assert read_address(StreamKind.SYSLOG, "tls://log.example.com").port == 6514
    assert read_address(StreamKind.SYSLOG, "udp://log.example.com").port == 514


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("webhook", "http://siem.example.com/"),
        ("webhook", "ftp://siem.example.com/"),
        ("webhook", "https://"),
        ("webhook", "https://user:word@siem.example.com/"),
        ("webhook", "https://siem.example.com/#x"),
        ("webhook", "https://siem.example.com:99999/"),
        ("webhook", "https://siem.example.com/a\r\nX-Evil: 1"),
        ("webhook", "https://siem.example.com/a b"),
        ("webhook", "tls://siem.example.com"),
        ("syslog", "https://siem.example.com"),
        ("syslog", "tls://siem.example.com/path"),
        ("syslog", "tcp://siem.example.com"),
        ("syslog", "siem.example.com"),
        ("syslog", ""),
    ],
)
def test_what_is_no_address_is_refused(kind: str, address: str) -> None:
    with pytest.raises(StreamFailed) as failed:
        read_address(kind, address)
    assert failed.value.step is Step.ADDRESS
