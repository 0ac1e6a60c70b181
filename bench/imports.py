"""`bin/bench imports`: what it takes to invite many people from a list, by the line; a long list is not dearer."""

import json
import os
import sys
import time

from . import machine
from .report import Report, Row
from .server import run_module
from .signin import prepared

SHORT, LONG, QUICK = 1000, 10_000, 20
# Of a long list, in seconds; a line of it, by one of a short list.
MOST, GROWTH = 60, 1.2


def run(*, postgres: bool, quick: bool, full: bool) -> Report:
    short, long = (QUICK, QUICK * 2) if quick else (SHORT, LONG)
    os.sched_setaffinity(0, {machine.LOAD_CORE})
    with prepared(postgres=postgres) as variables:
        less, more = (
            json.loads(run_module("bench.imports", variables, str(lines)))
            for lines in (short, long)
        )
    a_line = [told["cpu"] / lines * 1000 for told, lines in ((less, short), (more, long))]
    figure, floor = (f"{milliseconds:.2f} ms" for milliseconds in reversed(a_line))
    title = f"A list of people is imported on {'PostgreSQL' if postgres else 'SQLite'}"
    return Report(
        title,
        [
            Row(
                "import",
                f"{long:,} lines, in seconds of CPU",
                f"{more['seconds']:.1f} s passed",
                "",
                more["cpu"],
                MOST,
            ),
            Row(
                "import",
                f"a line of {long:,} : of {short:,}",
                figure,
                floor,
                a_line[1] / a_line[0],
                GROWTH,
            ),
        ],
    )


def work(lines: int) -> dict[str, float]:
    """Seconds that passed, and that a worker and its connection have used, from the text of a list to its last line."""
    import django

    django.setup()
    from accounts.access.roles import RoleName
    from accounts.organizations.models import Organization, Site
    from admincenter.bulk.members import draft
    from mago.core.ids import digest, new_secret
    from mago.jobs.running import run
    from mago.jobs.services import start_job

    from .population.viewer import administrator

    dora = administrator()
    once = digest(new_secret())[:8]
    place = Organization.objects.create(name="Firm", slug=f"list-{once}")
    Site.objects.create(organization=place, name="Hall")
    rows = (f"person-{once}-{number}@example.com,guest,Hall\n" for number in range(lines))
    text = "".join(["email,role,site\n", *rows])
    columns = {name: name for name in ("email", "role", "site")}
    begin, used = time.monotonic(), used_so_far()
    job = draft(place, text, columns, RoleName.GUEST, actor=dora)
    start_job(job, actor=dora)
    run(job.pk)
    taken = {"seconds": time.monotonic() - begin, "cpu": used_so_far() - used}
    done = job.items.filter(outcome="done").count()
    if done != lines:
        raise SystemExit(
            f"Of {lines} lines {done} were done: {job.items.exclude(outcome='done')[0].message}"
        )
    return taken


def used_so_far() -> float:
    from django.db import connection

    processes = [os.getpid()]
    if connection.vendor == "postgresql":
        connection.ensure_connection()
        processes.append(connection.connection.info.backend_pid)
    return machine.cpu_seconds(processes)


if __name__ == "__main__":
    print(json.dumps(work(int(sys.argv[1]))))
