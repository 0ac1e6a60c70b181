"""bin/bench admin|signin|audit|hubs|api|saml|timing [--postgres] [--quick|--full]"""

import argparse
import sys

from . import admin, api, audit, hubs, saml, signin, timing

BENCHES = {
    "admin": admin.run,
    "signin": signin.run,
    "audit": audit.run,
    "hubs": hubs.run,
    "api": api.run,
    "saml": saml.run,
    "timing": timing.run,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/bench", description="Figures beside their goals.")
    parser.add_argument("name", choices=BENCHES)
    parser.add_argument(
        "--postgres", action="store_true", help="on PostgreSQL and Valkey instead of SQLite"
    )
    parser.add_argument("--quick", action="store_true", help="few windows: does it run at all?")
    parser.add_argument("--full", action="store_true", help="large tables: takes many minutes")
    parser.add_argument("--people", type=int, help="how many there are, of admin alone")
    options = parser.parse_args()
    more = {"people": options.people} if options.name == "admin" else {}
    BENCHES[options.name](postgres=options.postgres, quick=options.quick, full=options.full, **more)
    return 0


if __name__ == "__main__":
    sys.exit(main())
