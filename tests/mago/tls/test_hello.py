"""The question and its answer, as bytes."""

import socket
import ssl
import struct
from typing import Any

import pytest

from mago.tls import hello
from mago.tls.policy import Version


def answered(sent: bytes) -> hello.Answer | None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(sent)
        theirs.shutdown(socket.SHUT_WR)
        return hello.read_answer(ours)


def server_hello(version: int, suite: int, extensions: bytes = b"") -> bytes:
    body = struct.pack("!H", version) + bytes(32) + b"\x00" + struct.pack("!H", suite) + b"\x00"
    body += struct.pack("!H", len(extensions)) + extensions if extensions else b""
    message = b"\x02" + len(body).to_bytes(3, "big") + body
    return b"\x16\x03\x03" + struct.pack("!H", len(message)) + message


def test_the_choice_is_read() -> None:
    assert answered(server_hello(0x0303, 0xC02B)) == (Version.TLS_1_2, 0xC02B)


def test_tls_1_3_says_its_version_in_an_extension() -> None:
    extension = struct.pack("!HHH", 43, 2, 0x0304)
    assert answered(server_hello(0x0303, 0x1301, extension)) == (Version.TLS_1_3, 0x1301)


def test_a_message_may_come_in_several_records() -> None:
    whole = server_hello(0x0303, 0xC02B)[5:]
    parts = [whole[:3], whole[3:20], whole[20:]]
    sent = b"".join(b"\x16\x03\x03" + struct.pack("!H", len(part)) + part for part in parts)
    assert answered(sent) == (Version.TLS_1_2, 0xC02B)


@pytest.mark.parametrize(
    "sent",
    [b"", b"\x15\x03\x03\x00\x02\x02\x28", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x16\x03\x03\x00\x04\x02\x00\x00\x00"],
)  # fmt: skip
def test_no_choice_is_no_answer(sent: bytes) -> None:
    assert answered(sent) is None


@pytest.mark.parametrize("version", [Version.TLS_1_2, Version.TLS_1_3])
def test_openssl_understands_the_question(version: Version, tmp_path: Any) -> None:
    from tests.mago.tls.stand import make_pair

    pair = make_pair(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    into, out = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = context.wrap_bio(into, out, server_side=True)
    suites = [0x1301] if version == Version.TLS_1_3 else [0xC02B, 0xC02F]
    into.write(hello.client_hello(version, suites, "localhost"))
    with pytest.raises(ssl.SSLWantReadError):
        server.do_handshake()
    assert answered(out.read()) == (version, suites[0])
