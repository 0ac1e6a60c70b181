"""A message becomes a letter: its templates, in its language.

A mail `slice/name` is made of templates/mail/slice/name.{subject.txt,txt,html}, an SMS of
templates/sms/slice/name.txt.
"""

import re
from typing import Any

from django.template import Context
from django.template.loader import get_template
from django.utils import translation

from .gateways.base import Letter
from .models import Channel, Message

_LINK_LIKE = re.compile(r"[/:@]|\.\S")
_BLANK_LINES = re.compile(r"\n\s*\n\s*\n")


def render(message: Message) -> Letter:
    """What the recipient will read; the same each time, whatever the worker's own language is."""
    variables = message.variables()
    variables["name"] = harmless(variables.get("name", ""))
    name = f"{'sms' if message.channel == Channel.SMS else 'mail'}/{message.template}"
    with translation.override(message.language):
        if message.channel == Channel.SMS:
            text = _text(f"{name}.txt", variables)
            return Letter(message.channel, message.recipient, text, reference=message.pk.hex)
        return Letter(
            channel=message.channel,
            to=message.recipient,
            subject=" ".join(_text(f"{name}.subject.txt", variables).split()),
            text=_text(f"{name}.txt", variables),
            html=_fill(f"{name}.html", variables, escape=True).strip() + "\n",
            message_id=message.message_id,
        )


def harmless(name: str) -> str:
    """The name, or nothing where it could be read as a link or a message.

    Anybody can have a mail sent to anybody, by signing up, with a name of their choice.

    >>> harmless("Ada Lovelace"), harmless("J. R. Smith"), harmless("Win at evil.example/now")
    ('Ada Lovelace', 'J. R. Smith', '')
    """
    return name if len(name) <= 60 and name.isprintable() and not _LINK_LIKE.search(name) else ""


def _text(name: str, variables: dict[str, Any]) -> str:
    """Plain text: nothing is escaped, and what tags leave behind makes no gaps."""
    return _BLANK_LINES.sub("\n\n", _fill(name, variables, escape=False)).strip() + "\n"


def _fill(name: str, variables: dict[str, Any], *, escape: bool) -> str:
    # Straight to Django's template: the backend's own render() would escape in text files too.
    template = get_template(name).template  # type: ignore[attr-defined]
    return str(template.render(Context(variables, autoescape=escape)))
