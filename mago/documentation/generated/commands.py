"""Every command of `manage.py` that is ours, with what it takes."""

from argparse import SUPPRESS, Action
from collections.abc import Iterator

from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand, CommandParser

from .tables import table

HEAD = """# Commands
Made by `manage.py document` from the commands themselves; `manage.py NAME --help` says more. They take the same settings as the server ([configuration](../configuration.md)), and work beside it. Those that create something print JSON on standard output. Commands of Django that an operator needs besides: `check --deploy`, `migrate`, `collectstatic`.

"""
PACKAGES = ("accounts", "admincenter", "hubs", "mago")


def text() -> str:
    rows = [
        (f"`{name}`", " ".join(map(_shown, options_of(command, name))) or "–", command.help)
        for name, command in commands()
    ]
    return HEAD + table(["command", "takes", "does"], rows)


def commands() -> Iterator[tuple[str, BaseCommand]]:
    for name, app in sorted(get_commands().items()):
        if isinstance(app, str) and app.split(".")[0] in PACKAGES:
            yield name, load_command_class(app, name)


def parser_of(command: BaseCommand, name: str) -> CommandParser:
    return command.create_parser("manage.py", name)


def options_of(command: BaseCommand, name: str) -> list[Action]:
    """Its own, without those that every command of Django has."""
    usual = {action.dest for action in parser_of(BaseCommand(), "")._actions}
    actions = parser_of(command, name)._actions
    return [action for action in actions if action.dest not in usual and action.help != SUPPRESS]


def _shown(action: Action) -> str:
    value = "" if action.nargs == 0 else str(action.metavar or action.dest).upper()
    written = f"{action.option_strings[0]} {value}".strip() if action.option_strings else value
    needed = action.required and action.nargs not in ("*", "?")
    return f"`{written}`" if needed else f"[`{written}`]"
