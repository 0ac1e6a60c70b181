"""The encrypted file: read back as written, or not at all."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mago.backup import container
from mago.backup.container import BadFile, Writer, read_lines

SECRET = "a secret that is long enough"
OTHER = "another secret, as long as it"


DEAR = dict(container._KDF)


def test_a_guess_at_the_secret_costs_much() -> None:
    assert DEAR == {"memory": 65_536, "passes": 3, "lanes": 4}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cost of the key is another's test."""
    monkeypatch.setattr(container, "_KDF", {"memory": 64, "passes": 1, "lanes": 1})
    monkeypatch.setattr(container, "CHUNK", 64)


def written(lines: list[bytes], secret: str = SECRET) -> bytes:
    file = io.BytesIO()
    writer = Writer(file, secret)
    for line in lines:
        writer.write(line + b"\n")
    writer.close()
    return file.getvalue()


def read(content: bytes, secret: str = SECRET) -> list[bytes]:
    return list(read_lines(io.BytesIO(content), secret))


LINES = [bytes([n]) * 7 + str(n * n).encode() for n in range(40, 122)]


@given(st.lists(st.binary(max_size=200).map(lambda b: b.replace(b"\n", b"")), max_size=30))
@settings(max_examples=15)
def test_what_was_written_is_read(lines: list[bytes]) -> None:
    assert read(written(lines)) == lines


def test_nothing_of_it_is_in_the_clear_and_no_two_files_are_alike() -> None:
    one, two = written([b"alice@example.com" * 9]), written([b"alice@example.com" * 9])
    assert b"alice" not in one
    assert one != two


def test_another_secret_opens_nothing() -> None:
    with pytest.raises(BadFile, match="another one"):
        read(written(LINES), OTHER)


def test_every_change_of_a_byte_is_found() -> None:
    whole = written(LINES)
    assert len(whole) > 300
    for place in range(0, len(whole), 13):
        changed = bytearray(whole)
        changed[place] ^= 1
        with pytest.raises(BadFile):
            read(bytes(changed))


def test_a_file_that_was_cut_or_lengthened_or_reordered_is_refused() -> None:
    whole = written(LINES)
    head = whole.index(b"\n", len(container.MAGIC)) + 1
    size = container.CHUNK + 16
    first, second = whole[head : head + size], whole[head + size : head + 2 * size]
    assert len(second) == size
    for wrong in (
        whole[:-1],
        whole[: head + size],
        whole[:head],
        whole + b"x",
        whole + first,
        whole[:head] + second + first + whole[head + 2 * size :],
        whole[:head] + first + whole[head + 2 * size :],
    ):
        with pytest.raises(BadFile):
            read(wrong)


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04", container.MAGIC, container.MAGIC + b"[]\n", container.MAGIC + b'{"salt": "zz"}\n',
     container.MAGIC + b'{"salt":"00","prefix":"00000000000000","memory":9999999999,"passes":1,"lanes":1}\n'],
)  # fmt: skip
def test_what_is_no_backup_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(BadFile):
        read(content)
