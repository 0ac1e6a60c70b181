"""A disk that is full, with the database, the log and the metrics on it; then there is room again."""

import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from tests.running import ROOT

from .house import House, wait_until

SIZE = "48m"
_TALLY = """
from django.db import connection
from accounts.provider.models import TokenFamily
from mago.audit.models import AuditEvent
from mago.audit.verification import verify
cursor = connection.cursor()
cursor.execute("PRAGMA integrity_check")
opened = AuditEvent.objects.filter(tag="signin:session:opened").count()
print(cursor.fetchone()[0], TokenFamily.objects.count(), opened, verify().first_break)
"""


def run(folder: Path) -> str:
    """In a mount namespace of its own, so that no disk of this machine is filled."""
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c",
               f'mount -t tmpfs -o size={SIZE} tmpfs "$0" && exec "$@"', str(folder),
               sys.executable, "-m", __name__, str(folder)]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if "Operation not permitted" in done.stderr and "unshare" in done.stderr:
        return "skipped: this machine lets nobody mount a small disk"
    assert done.returncode == 0, done.stderr.strip().rpartition("AssertionError: ")[2]
    return done.stdout.strip()


def fill(name: Path) -> None:
    """Not a byte is left."""
    with name.open("wb", buffering=0) as file:
        for block in (1 << 20, 1 << 12, 1):
            try:
                while file.write(b"x" * block):
                    pass
            except OSError:
                continue


def story(folder: Path) -> str:
    house = House(folder)
    house.manage("migrate", "-v0")
    (email, other) = house.people(2)
    try:
        house.start_web()
        token = house.sign_in(email)[1]["access_token"]
        web = house.processes[0]
        fill(folder / "rubbish")
        told = Counter[int]()
        for number in range(20):
            told[house.sign_in(other, address=f"192.0.2.{number}")[0]] += 1
            told[house.say("POST", "/api/v1/auth/signup", {"email": f"new{number}@example.com", "password": "nine herons on a pale roof"}, address=f"192.0.2.{number}")[0]] += 1  # fmt: skip
        assert set(told) <= {503, 200, 202}, f"somebody was told something else: {dict(told)}"
        assert told[503], "the disk was not full"
        reading = house.say("GET", "/api/v1/me", token=token)[0]
        assert house.say("GET", "/health/live")[0] == 200, "it does not live any more"
        assert web.poll() is None, "the process died"
        (folder / "rubbish").unlink()
        began = time.monotonic()
        wait_until(lambda: house.sign_in(other, address="198.51.100.1")[0] == 200, 60, "nobody can sign in again")  # fmt: skip
        seconds = time.monotonic() - began
        assert web.poll() is None, "the process died"
        whole, families, opened, first_break = house.shell(_TALLY).split(maxsplit=3)
        assert whole == "ok", f"the database is damaged: {whole}"
        assert families == opened, f"{families} sign-ins have tokens and {opened} are in the trail"
        assert first_break == "None", f"the audit trail is broken: {first_break}"
        return (
            f"answers {dict(sorted(told.items()))}, a reader was told {reading}; the next sign-in {seconds:.1f} s "
            f"after there was room, same process, no half session, database and trail whole"
        )
    finally:
        house.stop()


if __name__ == "__main__":
    try:
        print(story(Path(sys.argv[1])))
    finally:
        sys.stdout.flush()
        os.sync()
