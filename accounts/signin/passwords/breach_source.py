"""Reading lists of breached passwords, however large, in constant memory."""

import hashlib
import heapq
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import BinaryIO

CHUNK = 1_000_000  # prefixes sorted in memory at once: about 50 MB


def hashed(lines: Iterable[bytes], *, prefix_bytes: int, min_count: int = 1) -> Iterator[bytes]:
    """The prefixes of `SHA1HEX:count` lines, in their order; a line without a count counts once.

    Raises ValueError, naming the line, for anything else.
    """
    for number, line in enumerate(lines, 1):
        digits, _, count = line.strip().partition(b":")
        if not digits:
            continue
        try:
            sha1 = bytes.fromhex(digits.decode("ascii"))
            wanted = not count or int(count) >= min_count
        except ValueError:
            sha1, wanted = b"", False
        if len(sha1) != 20:
            raise ValueError(f"line {number} is not of the form SHA1HEX:count")
        if wanted:
            yield sha1[:prefix_bytes]


def plain(lines: Iterable[bytes], *, prefix_bytes: int, folder: Path) -> Iterator[bytes]:
    """The prefixes of passwords, one a line and taken as they are, in ascending order.

    Sorted by chunks through temporary files in `folder`.
    """
    passwords = (line.rstrip(b"\r\n") for line in lines)
    digests = (hashlib.sha1(word, usedforsecurity=False).digest() for word in passwords if word)
    prefixes = (digest[:prefix_bytes] for digest in digests)
    with ExitStack() as stack:
        chunks = []
        while chunk := sorted(islice(prefixes, CHUNK)):
            file = stack.enter_context(tempfile.TemporaryFile(dir=folder))
            file.writelines(chunk)
            file.seek(0)
            chunks.append(_records(file, prefix_bytes))
        yield from heapq.merge(*chunks)


def _records(file: BinaryIO, size: int) -> Iterator[bytes]:
    while record := file.read(size):
        yield record
