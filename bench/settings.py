"""The product's own settings, with the floor's empty views beside its pages."""

import os

from mago.settings.main import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
# The same hash, with a clock beside it.
PASSWORD_HASHERS = ["bench.hashing.ClockedHasher"]
# The grown form's web process: what the worker does is measured by itself.
if os.environ.get("BENCH_WORKER") == "no":
    EMBEDDED_WORKER = False
# A crowd is told 503 again and again; the table says how often.
LOGGING["loggers"]["django.request"]["level"] = "CRITICAL"  # noqa: F405
