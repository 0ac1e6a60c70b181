"""Names of time zones."""

from zoneinfo import ZoneInfo


def is_time_zone(name: str) -> bool:
    """Whether the IANA database has a zone of this name.

    >>> is_time_zone("Europe/Rome"), is_time_zone("Mars/Olympus"), is_time_zone("../passwd")
    (True, False, False)
    """
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
