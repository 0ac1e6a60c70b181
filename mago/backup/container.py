"""An encrypted file that is written and read in one pass, in bounded memory.

A line that names the format, a header of one line of JSON, then chunks of AES-256-GCM. The key comes from
a secret by Argon2id; the nonce of a chunk is a random prefix, its number, and whether it is the last (the
STREAM construction, Hoang, Reyhanitabar, Rogaway and Vizár 2015). The header is authenticated with every
chunk. So a file that was cut, reordered, changed or opened with another secret gives nothing at all of
what is wrong, and BadFile.
"""

import json
import os
import zlib
from collections.abc import Iterator
from typing import IO, Any

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"MAGO-BACKUP-1\n"
CHUNK = 1 << 20
_TAG = 16
_LONGEST_HEADER = 4096
# RFC 9106's second choice, for machines of which we know nothing.
_KDF = {"memory": 65_536, "passes": 3, "lanes": 4}
SHORTEST_SECRET = 20


class BadFile(Exception):
    """Not a backup, not this secret's, or not as it was written."""


class Writer:
    """What is written goes compressed and encrypted to `file`; nothing of it counts before `close`."""

    def __init__(self, file: IO[bytes], secret: str) -> None:
        salt, prefix = os.urandom(16), os.urandom(7)
        header = {"salt": salt.hex(), "prefix": prefix.hex(), **_KDF}
        self._header = MAGIC + json.dumps(header).encode() + b"\n"
        self._cipher = AESGCM(_key(secret, salt, **_KDF))
        self._prefix, self._number = prefix, 0
        self._file, self._packer, self._left = file, zlib.compressobj(6), b""
        file.write(self._header)

    def write(self, data: bytes) -> None:
        self._left += self._packer.compress(data)
        while len(self._left) > CHUNK:  # The last chunk is never empty-handed: it closes the file.
            self._seal(self._left[:CHUNK], last=False)
            self._left = self._left[CHUNK:]

    def close(self) -> None:
        self._left += self._packer.flush()
        while len(self._left) > CHUNK:
            self._seal(self._left[:CHUNK], last=False)
            self._left = self._left[CHUNK:]
        self._seal(self._left, last=True)

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        nonce = _nonce(self._prefix, self._number, last=last)
        self._file.write(self._cipher.encrypt(nonce, chunk, self._header))
        self._number += 1


def read_lines(file: IO[bytes], secret: str) -> Iterator[bytes]:
    """The lines that were written, each once its chunk was proved; BadFile at the first that was not."""
    header, cipher, prefix = _open(file, secret)
    unpacker, left, number = zlib.decompressobj(), b"", 0
    chunk = file.read(CHUNK + _TAG)
    while True:
        following = file.read(CHUNK + _TAG)
        nonce = _nonce(prefix, number, last=not following)
        try:
            left += unpacker.decompress(cipher.decrypt(nonce, chunk, header))
        except (InvalidTag, ValueError, zlib.error):
            raise BadFile("The secret is another one, or the file was changed or cut.") from None
        *lines, left = left.split(b"\n")
        yield from lines
        if not following:
            break
        chunk, number = following, number + 1
    if left or not unpacker.eof:
        raise BadFile("The file does not end where it should.")


def _open(file: IO[bytes], secret: str) -> tuple[bytes, AESGCM, bytes]:
    if file.read(len(MAGIC)) != MAGIC:
        raise BadFile("This is not a backup of Mago.")
    line = file.readline(_LONGEST_HEADER)
    try:
        told: dict[str, Any] = json.loads(line)
        salt, prefix = bytes.fromhex(told["salt"]), bytes.fromhex(told["prefix"])
        kdf = {name: int(told[name]) for name in _KDF}
    except (ValueError, KeyError, TypeError):
        raise BadFile("The header of the file makes no sense.") from None
    # Whoever wrote the header shall not make us fill our memory.
    if kdf["memory"] > 1 << 20 or kdf["passes"] > 16 or kdf["lanes"] > 16 or len(prefix) != 7:
        raise BadFile("The header of the file makes no sense.")
    return MAGIC + line, AESGCM(_key(secret, salt, **kdf)), prefix


def _key(secret: str, salt: bytes, *, memory: int, passes: int, lanes: int) -> bytes:
    return hash_secret_raw(
        secret.encode(),
        salt,
        time_cost=passes,
        memory_cost=memory,
        parallelism=lanes,
        hash_len=32,
        type=Type.ID,
    )


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])
