"""What a person calls their browser: "Firefox on Windows", from a User-Agent header. A guess, for lists only."""

import re
from functools import lru_cache

from django.utils.translation import get_language
from django.utils.translation import gettext as _

# Order matters: Edge and Opera also say Chrome, Chrome also says Safari.
BROWSERS = (
    (r"Edg(e|A|iOS)?/", "Edge"),
    (r"OPR/|Opera", "Opera"),
    (r"SamsungBrowser/", "Samsung Internet"),
    (r"Firefox/|FxiOS/", "Firefox"),
    (r"HeadlessChrome/|Chrome/|CriOS/", "Chrome"),
    (r"Safari/", "Safari"),
    (r"curl/", "curl"),
)
SYSTEMS = (
    (r"iPhone|iPad", "iOS"),
    (r"Android", "Android"),
    (r"Windows", "Windows"),
    (r"Mac OS X|Macintosh", "macOS"),
    (r"CrOS", "ChromeOS"),
    (r"Linux|X11", "Linux"),
)


def describe(user_agent: str) -> str:
    """A name for whatever sent `user_agent`; the header's first word where nothing is recognised."""
    return _described(get_language(), user_agent)


@lru_cache(maxsize=1024)
def _described(language: str, user_agent: str) -> str:
    """A list has the same ones again and again, and each of them several times."""
    browser, system = _recognised(user_agent)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or user_agent.partition("/")[0][:40] or _("Unknown")


def _recognised(user_agent: str) -> tuple[str, str]:
    """Browser and system, "" where it is none that we know."""
    return _first(BROWSERS, user_agent), _first(SYSTEMS, user_agent)


def _first(patterns: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for pattern, name in patterns if re.search(pattern, text)), "")
