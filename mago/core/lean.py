"""Packages without others that they import only in case somebody wants them: each process would carry these along."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def hidden(*names: str) -> Iterator[None]:
    """Inside, modules of these names that nobody has imported yet cannot be imported."""
    ours = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(ours))  # type: ignore[arg-type]  # None is documented
    try:
        yield
    finally:
        for name in ours:
            del sys.modules[name]
