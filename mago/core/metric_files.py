"""The files in which processes count, on a disk that may be full.

The library maps files with holes. A write into a hole for which there is no room ends the process (SIGBUS),
so room is taken before anything is written; where there is none, a process counts in its own memory.
"""

import json
import mmap
import os
import struct
from contextlib import suppress
from pathlib import Path
from typing import Any

from prometheus_client.mmap_dict import MmapedDict

SIZE = 1 << 16
# Of an entry, beside its name: two numbers, the name's length and what aligns it.
_BESIDE = 40


class Figures(MmapedDict):
    """`is_kept` is false from when there was no room on the disk: what is counted then is this process's alone."""

    is_kept = True

    def __init__(self, filename: str, read_mode: bool = False) -> None:
        if read_mode or _has_room(filename, SIZE):
            super().__init__(filename, read_mode)  # type: ignore[no-untyped-call]
            return
        self.is_kept = False
        self._f: Any = open(os.devnull, "rb")  # noqa: SIM115, PTH123  closed by close()
        self._fname, self._capacity, self._positions = filename, SIZE, dict[str, int]()
        self._m = mmap.mmap(-1, SIZE)
        self._used = 8
        self._m[:4] = self._used.to_bytes(4, "little")

    def _init_value(self, key: str) -> None:
        while self._used + len(key.encode()) + _BESIDE > self._capacity:
            self._grow(self._capacity * 2)
        super()._init_value(key)  # type: ignore[no-untyped-call]

    def _grow(self, size: int) -> None:
        if self.is_kept and _has_room(self._fname, size):
            self._m = mmap.mmap(self._f.fileno(), size)
        else:
            self.is_kept = False
            before, self._m = self._m, mmap.mmap(-1, size)
            self._m[: self._capacity] = before[:]
        self._capacity = size


def is_whole(path: Path) -> bool:
    """Whether the library can read the file. After a loss of power parts of it may never have come to the disk."""
    try:
        for key, *_value in MmapedDict.read_all_values_from_file(str(path)):  # type: ignore[no-untyped-call]
            json.loads(key)
    except (ValueError, RuntimeError, struct.error, OSError):
        return False
    return True


def _has_room(filename: str, size: int) -> bool:
    """The file has `size` bytes that are on the disk; false where there is no room for them."""
    with suppress(OSError), open(filename, "ab", buffering=0) as file:  # noqa: PTH123
        while (missing := size - file.seek(0, os.SEEK_END)) > 0:
            file.write(bytes(missing))
        return True
    return False
