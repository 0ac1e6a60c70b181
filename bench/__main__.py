"""bin/bench all|admin|imports|signin|audit|hubs|api|saml|timing [--postgres] [--quick|--full]"""

import argparse
import os
import sys
import traceback
from pathlib import Path

from . import admin, api, audit, gathered, hubs, imports, saml, signin, timing
from .report import Row

BENCHES = {
    "signin": signin.run,
    "api": api.run,
    "hubs": hubs.run,
    "audit": audit.run,
    "saml": saml.run,
    "timing": timing.run,
    "admin": admin.run,
    "imports": imports.run,
}
# The time of an answer is the same code on both, and SAML is all Python.
ON_SQLITE_ONLY = {"saml", "timing"}
KEEPING = {"admin", "audit"}


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/bench", description="Figures beside their goals.")
    parser.add_argument(
        "name", choices=["all", *BENCHES], help="all: each of them, on both databases"
    )
    parser.add_argument(
        "--postgres", action="store_true", help="on PostgreSQL and Valkey instead of SQLite"
    )
    parser.add_argument("--quick", action="store_true", help="few windows: does it run at all?")
    parser.add_argument("--full", action="store_true", help="large tables: takes many minutes")
    parser.add_argument("--people", type=int, help="how many there are, of admin alone")
    parser.add_argument("--data", help="a folder that keeps what admin and audit have filled")
    parser.add_argument("--part", choices=audit.PARTS, help="only this, of audit alone")
    parser.add_argument(
        "--write", type=Path, metavar="PAGE", help="put the table of all into this page"
    )
    options = parser.parse_args()
    if options.name == "all":
        return run_all(options)
    more = {
        "admin": {"people": options.people, "data": options.data},
        "audit": {"part": options.part, "data": options.data},
    }.get(options.name, {})
    run = BENCHES[options.name]
    print(run(postgres=options.postgres, quick=options.quick, full=options.full, **more))
    return 0


def run_all(options: argparse.Namespace) -> int:
    """Each bench in turn, also after one that broke off; then all goals in one table. 1 where one broke off."""
    load = os.getloadavg()[0]
    found: dict[str, list[Row]] = {database: [] for database in gathered.DATABASES}
    missing: list[str] = []
    for name, run in BENCHES.items():
        for database in found:
            postgres = database == "PostgreSQL"
            if postgres and name in ON_SQLITE_ONLY:
                continue
            try:
                kept = {"data": options.data} if name in KEEPING else {}
                report = run(postgres=postgres, quick=options.quick, full=options.full, **kept)
            except (Exception, SystemExit):  # noqa: BLE001  the others have figures yet
                traceback.print_exc()
                missing.append(f"{name} on {database}")
                continue
            found[database] += report.rows
            print(f"{report}\n", flush=True)
    table = gathered.markdown(found, missing, load)
    print(table)
    if options.write:
        gathered.put_into(options.write, table)
    return int(bool(missing))


if __name__ == "__main__":
    sys.exit(main())
