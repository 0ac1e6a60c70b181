"""Pages of the documentation that are made from the code: `manage.py document` writes them, a test finds one that is stale."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from mago.documentation.source import FOLDER

from . import (
    audit_events,
    commands,
    dependencies,
    environment,
    error_codes,
    jobs,
    limits,
    mails,
    metrics,
    permissions,
    scaling,
    sign_ins,
)

# What → its file below docs/, and what writes its text.
PAGES: Mapping[str, tuple[str, Callable[[], str]]] = MappingProxyType(
    {
        "audit-events": ("reference/audit-events.md", audit_events.text),
        "commands": ("reference/commands.md", commands.text),
        "dependencies": ("reference/dependencies.md", dependencies.text),
        "e-mails": ("reference/e-mails.md", mails.text),
        "error-codes": ("reference/error-codes.md", error_codes.text),
        "jobs": ("reference/jobs.md", jobs.text),
        "limits": ("reference/limits.md", limits.text),
        "metrics": ("reference/metrics.md", metrics.text),
        "permissions": ("reference/permissions.md", permissions.text),
        "scaling": ("scaling.md", scaling.text),
        "settings": ("configuration.md", environment.text),
        "sign-ins": ("reference/sign-ins.md", sign_ins.text),
    }
)


def file_of(what: str) -> Path:
    return FOLDER / PAGES[what][0]


def text_of(what: str) -> str:
    return PAGES[what][1]()
