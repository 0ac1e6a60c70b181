"""Django REST framework without the packages that it imports only in case somebody wants them.

Its `compat` module takes whatever is installed: requests (for a test client), Pygments (for pages
that we do not serve) and Django's PostgreSQL fields (with the driver, on SQLite too). Nothing of
that is used, and it costs each process 17 MB and a fifth of a second.
"""

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager

UNUSED = ("requests", "pygments", "django.contrib.postgres")


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


def load() -> None:
    """Django REST framework is imported, without them."""
    with hidden(*UNUSED):
        importlib.import_module("rest_framework.compat")
