"""The suite's settings: the product's own, with nothing left to chance or to the network."""

import os
import tempfile

os.environ.setdefault("MAGO_SECRET_KEY", "test-only-key-0123456789-abcdefghijklmnopqrstuvwxyz")
# Kept while this module lives, so until the end of the run.
_folder = tempfile.TemporaryDirectory(prefix="mago-test-")
os.environ.setdefault("MAGO_DATA_DIR", _folder.name)

from .main import *  # noqa: E402, F403

ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
CELERY_TASK_ALWAYS_EAGER = True
EMBEDDED_WORKER = False
# A fast hash keeps the suite under a minute; the real one has its own tests.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "accounts.signin.hashers.Argon2idHasher",
]
# A file, as in the product: tests with several threads need what a database in memory cannot do.
if DATABASES["default"]["ENGINE"].endswith("sqlite"):
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
    # What a test wrote need not outlive the machine.
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
# What each of the suite's processes counts is its own.
METRICS_DIR = METRICS_DIR / os.environ.get("PYTEST_XDIST_WORKER", "alone")
