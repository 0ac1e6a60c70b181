"""Every event that can stand in the audit trail."""

from itertools import groupby

from mago.audit.tags import Tag

from .tables import table

HEAD = """# Audit events
Made by `manage.py document` from `mago/audit/tags.py`. A tag is `source:subject:action`; one that was released never changes. What an event holds beside its tag, and how the trail is kept: [audit](../audit.md).
"""


def text() -> str:
    parts = [HEAD]
    for source, tags in groupby(Tag, key=lambda tag: tag.split(":")[0]):
        rows = [(f"`{tag}`", tag.label) for tag in tags]
        parts.append(f"\n## {source}\n" + table(["tag", "event"], rows))
    return "".join(parts)
