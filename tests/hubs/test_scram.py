"""SCRAM's messages: vectors of the RFCs, an independent implementation both ways, and what must not pass."""

import base64
import hashlib
import hmac
import time
from contextlib import suppress
from typing import Any

import pytest
import scramp
from hypothesis import given, settings
from hypothesis import strategies as st

from hubs import scram
from hubs.agent import proof

# mechanism, secret, client-first, server-first, client-final, server-final
VECTORS = {
    "RFC 5802 section 5": (
        "SCRAM-SHA-1",
        "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
        "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
        "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
        "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
    ),
    "RFC 7677 section 3": (
        "SCRAM-SHA-256",
        "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        ("c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="),
        "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
    ),
    "our own for SHA-512": (
        "SCRAM-SHA-512",
        "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        ("c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        "p=gMGXRcevScNtxZ6/8lQYpGtnsNAc3mGcmNomv+xnoOMw+3R2xNJdMNnzMlTN8PPC6wdp6dybEmDYXYTxwnYPJQ=="),
        "v=ZQnYEgWQMFmmsM8aQMF0nDDCy/AgCzkwk8CmMZYcMg0vSVlKDanekLtifDSeVGT4+5ZxXnJq199RVG2rR7N7Zw==",
    ),
    "our own with a channel binding": (
        "SCRAM-SHA-256",
        "p=tls-server-end-point,,n=user,r=rOprNGfwEbeRWgbNEkqO",
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        ("c=cD10bHMtc2VydmVyLWVuZC1wb2ludCwsA9Zt0Ig1wco/EozOrNHzGslBYwlrIPRFroQoW8CDLXI=,"
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        "p=PDYoWyjL2USDf7LnQ7piOwt3OVcEPRbXsEvXHNKDU04="),
        "v=WQt6/B0lyhcS0jEpTrs9PZzMa+An2Woiy3ZQ75nvla0=",
    ),
}  # fmt: skip
NONCE = "rOprNGfwEbeRWgbNEkqO"


def keys(name: str, salt: bytes, secret: str = "pencil") -> tuple[bytes, bytes]:
    salted = hashlib.pbkdf2_hmac(name, secret.encode(), salt, 4096)
    client_key = hmac.digest(salted, b"Client Key", name)
    return hashlib.new(name, client_key).digest(), hmac.digest(salted, b"Server Key", name)


@pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS)
def test_reproduces_published_exchanges(vector: tuple[str, ...]) -> None:
    mechanism, client_first, server_first, client_final, server_final = vector
    name = scram.hash_name(mechanism)
    first, final = scram.read_client_first(client_first), scram.read_client_final(client_final)
    salt = base64.b64decode(server_first.split(",s=")[1].split(",")[0])
    stored_key, server_key = keys(name, salt)
    signed = f"{first.bare},{server_first},{final.without_proof}"
    data = hashlib.sha256(b"certificate").digest() if first.flag == "p" else b""
    assert final.binding == scram.binding_input(first.gs2_header, data)
    assert scram.verify(name, stored_key, signed, final.proof)
    assert scram.server_final(name, server_key, signed) == server_final
    assert not scram.verify(name, stored_key, signed + "x", final.proof)
    assert not scram.verify(name, stored_key, signed, final.proof[:-1])


def test_reproduces_the_example_of_xep_0474() -> None:
    """Its client-final carries an optional attribute, which is signed and otherwise ignored."""
    mechanisms = ["SCRAM-SHA-1-PLUS", "SCRAM-SHA-1"]
    bindings = ["tls-server-end-point", "tls-exporter"]
    offered = scram.offered_hash("sha1", mechanisms, bindings)
    assert offered == scram.offered_hash("sha1", mechanisms[::-1], bindings[::-1])
    assert offered != scram.offered_hash("sha1", mechanisms, [])
    assert offered == "G6k/rBLDqgOhRRaCuuatSDFkJ08="
    final = scram.read_client_final(f"c=biws,r={NONCE},x=unknown,p=AAAA")
    assert final.without_proof == f"c=biws,r={NONCE},x=unknown"


@pytest.mark.parametrize(
    ("message", "failure"),
    [
        ("", scram.Malformed),
        ("n,,n=user", scram.Malformed),
        (f"n,,n=,r={NONCE}", scram.Malformed),
        (f"n,,n=us=er,r={NONCE}", scram.Malformed),
        (f"n,,n=user,r={NONCE},", scram.Malformed),
        (f"n,,n=user,r={NONCE},x=1,x=2", scram.Malformed),
        (f"n,,n=user,r={NONCE},r=again", scram.Malformed),
        (f"n,,r={NONCE},n=user", scram.Malformed),
        (f"z,,n=user,r={NONCE}", scram.Malformed),
        (f"p=,,n=user,r={NONCE}", scram.Malformed),
        (f"n,a=other,n=user,r={NONCE}", scram.Malformed),
        ("n,,n=user,r=short", scram.Malformed),
        (f"n,,n=user,r={'x' * 257}", scram.Malformed),
        (f"n,,n={'x' * 129},r={NONCE}", scram.Malformed),
        (f"n,,m=1,n=user,r={NONCE}", scram.ExtensionRequired),
        (f"n,,n=user,r={NONCE},m=1", scram.ExtensionRequired),
        (f"n,,n=us\u00ader,r={NONCE}", scram.BadName),
    ],
)
def test_refuses_what_is_no_first_message(message: str, failure: type[scram.Failure]) -> None:
    with pytest.raises(failure) as refused:
        scram.read_client_first(message)
    assert type(refused.value) is failure


def test_reads_escaped_names_and_a_name_to_act_as_that_is_the_same() -> None:
    first = scram.read_client_first(f"n,a=a=2Cb=3D,n=a=2Cb=3D,r={NONCE},x=1,y=2")
    assert (first.name, first.gs2_header) == ("a,b=", "n,a=a=2Cb=3D,")
    assert first.bare == f"n=a=2Cb=3D,r={NONCE},x=1,y=2"


@pytest.mark.parametrize("message", ["", "c=biws", f"c=biws,r={NONCE}", f"r={NONCE},c=biws,p=AAAA",
                                     f"c=biws,r={NONCE},p=AAAA,x=1", f"c=biws,r={NONCE},p=A"])  # fmt: skip
def test_refuses_what_is_no_last_message(message: str) -> None:
    with pytest.raises(scram.Failure):
        scram.read_client_final(message)


def test_what_is_too_long_costs_nothing() -> None:
    long = base64.b64encode(f"n,,n={'a' * 100_000},r={NONCE}".encode()).decode()
    begin = time.process_time()
    for _ in range(100):
        with pytest.raises(scram.BadEncoding):
            scram.decode(long)
    assert time.process_time() - begin < 0.1


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-256", "SCRAM-SHA-512"])
@settings(max_examples=15)
@given(
    name=st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=40),
    binding=st.none() | st.binary(min_size=32, max_size=32),
    right=st.booleans(),
)
def test_agrees_with_scramp_as_a_client(
    mechanism: str, name: str, binding: Any, right: bool
) -> None:
    hash_name = scram.hash_name(mechanism)
    stored_key, server_key = keys(hash_name, b"s" * 16)
    data = ("tls-server-end-point", binding) if binding else None
    names = [mechanism, mechanism + "-PLUS"] if binding else [mechanism]
    client = scramp.ScramClient(names, name, "pencil" if right else "pen", channel_binding=data)
    first = scram.read_client_first(client.get_client_first())
    assert (first.name, first.flag) == (name, "p" if binding else "n")
    offered = scram.offered_hash(hash_name, [mechanism], [])
    salt = base64.b64encode(b"s" * 16).decode()
    server_first = scram.server_first(first.nonce + "theirs", salt, 4096, offered)
    client.set_server_first(server_first)
    final = scram.read_client_final(client.get_client_final())
    assert final.nonce == first.nonce + "theirs"
    assert final.binding == scram.binding_input(first.gs2_header, binding or b"")
    signed = f"{first.bare},{server_first},{final.without_proof}"
    assert scram.verify(hash_name, stored_key, signed, final.proof) is right
    if right:
        client.set_server_final(scram.server_final(hash_name, server_key, signed))


@settings(max_examples=15)
@given(
    name=st.uuids().map(str),
    secret=st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=40),
    binding=st.none() | st.binary(min_size=32, max_size=32),
    right=st.booleans(),
)
def test_our_hub_agrees_with_scramp_as_a_server(
    name: str, secret: str, binding: Any, right: bool
) -> None:
    kind = "SCRAM-SHA-256-PLUS" if binding else "SCRAM-SHA-256"
    mechanism = scramp.ScramMechanism(kind)
    info = mechanism.make_auth_info(secret, iteration_count=4096, salt=b"s" * 16)
    data = ("tls-server-end-point", binding) if binding else None
    server = mechanism.make_server(lambda _name: info, channel_binding=data)
    made = proof.keys_of(secret if right else secret + "x", b"s" * 16, 4096)
    salt = base64.b64encode(b"s" * 16).decode()
    flag = "p=tls-server-end-point" if binding else "n"
    hub = proof.Exchange(name, made, salt, 4096, flag=flag, binding=binding or b"")
    server.set_client_first(hub.first())
    final = hub.final(server.get_server_first())
    if right:
        server.set_client_final(final)
        hub.check(server.get_server_final())
    else:
        with pytest.raises(scramp.ScramException):
            server.set_client_final(final)
        with pytest.raises(proof.ServerNotProved):
            hub.check("v=" + base64.b64encode(b"x" * 32).decode())


def fuzz(rounds: int) -> None:
    """Messages that were right, with pieces cut, swapped, doubled and replaced."""
    import random

    chance = random.Random(1)
    seeds = [vector[index] for vector in VECTORS.values() for index in (1, 3)]
    odd = [
        "\0",
        ",",
        "=",
        "=2C",
        "\u00e9",
        "\u200b",
        "m=1",
        "x=" * 9,
        "p=tls-exporter",
        "a=b",
        "\n",
        "9" * 40,
    ]
    for _ in range(rounds):
        message = chance.choice(seeds)
        for _ in range(chance.randint(1, 4)):
            at, to = sorted(chance.randint(0, len(message)) for _ in range(2))
            piece = chance.choice([*odd, message[at:to] * 2, ""])
            message = message[:at] + piece + message[to:]
        for read in (scram.read_client_first, scram.read_client_final):
            with suppress(scram.Failure):
                read(scram.text_of(scram.decode(scram.encode(message))))


def test_no_message_surprises_the_parsers() -> None:
    fuzz(500)


@pytest.mark.slow
def test_forty_thousand_messages_do_not_surprise_the_parsers() -> None:
    fuzz(40_000)
