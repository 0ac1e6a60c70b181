"""The offline list of breached passwords: a sorted file of SHA-1 prefixes, searched where it lies.

Layout: 8 bytes magic, 1 byte version, 1 byte prefix length p, 6 bytes zero, 8 bytes count n (big
endian), then n prefixes of p bytes, ascending and without duplicates. A password that is not on the
list is taken for listed with odds of n / 256^p: for the 10^9 of a full download 4 in a million with
p = 6 (the default), 5 in 10^11 with p = 8.
"""

import mmap
import os
import struct
from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

MAGIC = b"MAGOPWND"
VERSION = 1
HEADER = struct.Struct(">8sBB6xQ")


class BreachFile:
    """A built file, open for look-ups: `sha1 in file` takes some ten comparisons a million entries."""

    def __init__(self, path: Path) -> None:
        """Raises OSError when the file cannot be read, ValueError when it is not one of ours or not whole."""
        with path.open("rb") as file:
            header = file.read(HEADER.size)
            if len(header) < HEADER.size:
                raise ValueError(f"{path} is not a breach file")
            magic, version, self.prefix_bytes, self.count = HEADER.unpack(header)
            if (magic, version) != (MAGIC, VERSION):
                raise ValueError(f"{path} is not a breach file of version {VERSION}")
            if os.fstat(file.fileno()).st_size != HEADER.size + self.count * self.prefix_bytes:
                raise ValueError(f"{path} is not whole; build it again")
            self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def __len__(self) -> int:
        return int(self.count)

    def __getitem__(self, index: int) -> bytes:
        start = HEADER.size + index * self.prefix_bytes
        return self._data[start : start + self.prefix_bytes]

    def __contains__(self, sha1: bytes) -> bool:
        prefix = sha1[: self.prefix_bytes]
        place = bisect_left(self, prefix)
        return place < len(self) and self[place] == prefix


def open_breach_file(path: str) -> BreachFile:
    """The file at `path`, kept open until another is put in its place."""
    state = Path(path).stat()
    return _opened(path, state.st_ino, state.st_mtime_ns)


@lru_cache(maxsize=1)
def _opened(path: str, inode: int, changed: int) -> BreachFile:
    return BreachFile(Path(path))


def write_breach_file(path: Path, prefixes: Iterable[bytes], prefix_bytes: int) -> int:
    """A file of these ascending prefixes stands at `path`, whole or not at all; returns how many it holds.

    Duplicates, which come from cutting hashes short, are dropped. Raises ValueError when one is out of order.
    """
    # Beside the target, then renamed: a running server has the old file mapped and must not see it shrink.
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with unfinished.open("wb") as file:
            file.write(HEADER.pack(MAGIC, VERSION, prefix_bytes, 0))
            last, count = b"", 0
            for prefix in prefixes:
                if prefix > last or not count:
                    file.write(prefix)
                    last, count = prefix, count + 1
                elif prefix < last:
                    raise ValueError(f"{prefix.hex()} comes after {last.hex()}")
            file.seek(0)
            file.write(HEADER.pack(MAGIC, VERSION, prefix_bytes, count))
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return count
