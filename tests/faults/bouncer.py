"""PgBouncer in transaction mode between Mago and PostgreSQL: everything works as without it."""

import os
import shutil
import signal
import socket
from pathlib import Path

from tests.running import free_port

from .house import Service, grown, wait_until


def run(folder: Path) -> str:
    program = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
    if not Path(program).exists():
        return "skipped: PgBouncer is not installed"
    with grown(folder) as (house, _database, _broker, sink):
        port = free_port()
        behind = house.variables["DATABASE_URL"].partition("host=")[2]
        (folder / "users.txt").write_text('"mago" ""\n')
        (folder / "bouncer.ini").write_text(
            f"[databases]\npostgres = host={behind} user=mago\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
            f"listen_port = {port}\nunix_socket_dir =\nauth_type = any\nauth_file = {folder}/users.txt\n"
            "pool_mode = transaction\ndefault_pool_size = 4\nmax_client_conn = 200\n"
            "ignore_startup_parameters = extra_float_digits\n"
        )
        for path in (folder, folder / "postgresql"):
            path.chmod(0o755)
        command: list[object] = [program, folder / "bouncer.ini"]
        if os.geteuid() == 0:  # It refuses to run as root.
            command = ["unshare", "--user", "--map-user=1000", "--map-group=1000", *command]

        def is_ready() -> bool:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return True

        bouncer = Service(command, folder / "bouncer.log", is_ready, signal.SIGTERM)
        try:
            # PgBouncer before 1.21 knows nothing of prepared statements.
            house.variables["DATABASE_URL"] = (
                f"postgresql://mago@127.0.0.1:{port}/postgres?prepare_threshold=0"
            )
            people = house.people(10)
            house.start_web(2)
            house.start_worker()
            house.start_clock()
            tokens = [house.sign_in(email, address=f"192.0.2.{n}")[1]["access_token"] for n, email in enumerate(people)]  # fmt: skip
            for _ in range(5):
                for token in tokens:
                    assert house.say("GET", "/api/v1/me", token=token)[0] == 200, (
                        "somebody was not let in"
                    )
            signed_up = house.say("POST", "/api/v1/auth/signup", {"email": "new@example.com", "password": "nine herons on a pale roof"})  # fmt: skip
            assert 200 <= signed_up[0] < 300, f"a sign-up was answered {signed_up}"
            wait_until(lambda: sink.taken, 60, "no mail came")
            trail = house.manage("audit_verify")
            return f"10 sign-ins, 50 requests, a mail and the trail ({trail.strip().splitlines()[-1][:60]}) through 4 connections"
        finally:
            bouncer.stop()
