"""Every environment variable, from the code that reads it."""

from pathlib import Path

from django.conf import settings

from mago.settings import env, main  # noqa: F401  main declares the variables

from .tables import table

HEAD = """# Configuration
Made by `manage.py document` from the code that reads these variables. For every NAME the value may stand in a file instead, named by NAME_FILE. A value that makes no sense, or an unsafe combination, stops the start with the variable's name and the remedy.

"""


def text() -> str:
    variables = sorted(env.DECLARED.values(), key=lambda variable: variable.name)
    rows = [(f"`{one.name}`", _default(one.default), one.meaning) for one in variables]
    return HEAD + table(["variable", "default", "meaning"], rows)


def _default(default: str) -> str:
    """As it is everywhere: paths of this machine are none of the reader's."""
    if default == str(Path(settings.BASE_DIR) / "var"):
        return "`var`"
    default = default.replace(str(settings.DATA_DIR), "<data folder>").replace(
        f"{settings.BASE_DIR}/", ""
    )
    return f"`{default}`" if default else "–"
