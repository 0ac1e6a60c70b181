"""Django REST framework without the packages that it imports only in case somebody wants them.

Its `compat` module takes whatever is installed: requests (for a test client), Pygments (for pages
that we do not serve), YAML (for its own description of the API) and Django's PostgreSQL fields (with
the driver, on SQLite too). Nothing of that is used, and it costs each process 18 MB and a fifth of a second.
"""

import importlib

from mago.core.lean import hidden

UNUSED = ("requests", "pygments", "yaml", "django.contrib.postgres")


def load() -> None:
    """Django REST framework is imported, without them."""
    with hidden(*UNUSED):
        importlib.import_module("rest_framework.compat")
