"""`bin/test --faults [NAME …]`: every fault, or those that are named; fails where a promise was not kept."""

import importlib
import os
import pkgutil
import sys
import tempfile
import time
from pathlib import Path

from . import __path__ as folder


def main(names: list[str]) -> int:
    known = sorted(
        m.name for m in pkgutil.iter_modules(folder) if m.name not in {"__main__", "house"}
    )
    if unknown := set(names) - set(known):
        print(f"There is no fault {', '.join(unknown)}; there are: {', '.join(known)}")
        return 2
    broken = 0
    for name in names or known:
        fault = importlib.import_module(f"{__package__}.{name}")
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="mago-fault-", ignore_cleanup_errors=True) as place:
            try:
                figure = fault.run(Path(place))
            except AssertionError as error:
                broken += 1
                figure = f"BROKEN: {error}"
        load = os.getloadavg()[0]
        print(
            f"{name:10} {figure}  [{time.monotonic() - began:.0f} s, load {load:.0f}]", flush=True
        )
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
