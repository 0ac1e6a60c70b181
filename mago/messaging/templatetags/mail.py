"""What mails say of times and browsers.

Anybody can have a mail sent to anybody, by asking for a new password, with a User-Agent header of
their choice. So the header is understood and never repeated.
"""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

register = template.Library()

_BROWSERS = (  # the first that is found; many name others beside themselves
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@register.filter
def moment(when: str) -> str:
    """An ISO 8601 moment in the reader's language, with its time zone."""
    local = timezone.localtime(datetime.fromisoformat(when))
    return f"{date_format(local, 'DATETIME_FORMAT')} ({local:%Z})"


@register.filter
def browser(user_agent: str) -> str:
    """Browser and system by names of our own; nothing of the header itself is repeated."""
    program = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    if program and system:
        return _("%(program)s on %(system)s") % {"program": program, "system": system}
    return program or system or _("an unknown program")
