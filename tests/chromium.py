"""Where the machine's own Chromium lies; we download none."""

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def chromium() -> str | None:
    """The browser's program: MAGO_CHROMIUM, else the first of the usual names on PATH."""
    return os.environ.get("MAGO_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
