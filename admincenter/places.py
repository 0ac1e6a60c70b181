"""Pages and actions that one goes to by their names; what the side bar shows is among them."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from accounts.access.permissions import Permission

from .navigation import GROUPS, Entry, Permissions

# What the side bar has no room for.
ACTIONS: tuple[Entry, ...] = (
    Entry(_("Notifications"), "notices", "bell", Permission.ORGANIZATIONS_READ, within=True),
    Entry(_("Hubs of all fleets"), "all_hubs", "monitor", Permission.HUBS_READ, within=True),
    Entry(_("New organization"), "create_organization", "plus", Permission.ORGANIZATIONS_CREATE),
    Entry(_("New application"), "create_application", "plus", Permission.APPLICATIONS_EDIT),
    Entry(_("Disabled people"), "people", "user-x", Permission.PEOPLE_READ, query="state=disabled"),
    Entry(_("Recycle bin"), "people", "trash-2", Permission.PEOPLE_READ, query="state=deleted"),
    Entry(_("New administrator"), "appoint_administrator", "plus", Permission.ROLES_BIND),
    Entry(_("New sign-in policy"), "create_policy", "plus", Permission.POLICIES_EDIT),
    Entry(
        _("Messages that were given up"),
        "messages",
        "mail-warning",
        Permission.MESSAGES_READ,
        query="status=dead",
    ),
    Entry(_("Exports of the audit trail"), "exports", "download", Permission.AUDIT_EXPORT),
    Entry(_("Streams of the audit trail"), "streams", "send", Permission.AUDIT_STREAMS_EDIT),
    Entry(_("Verify the audit trail"), "verification", "badge-check", Permission.AUDIT_READ),
)


def places(held: Permissions, anywhere: Permissions, words: str = "") -> Iterator[Entry]:
    """The pages and actions open to somebody, of whose names each of `words` begins a word."""
    wanted = words.casefold().split()
    for entry in (*(entry for _title, entries in GROUPS for entry in entries), *ACTIONS):
        if entry.permission in (anywhere if entry.within else held) and _fits(entry, wanted):
            yield entry


def _fits(entry: Entry, wanted: list[str]) -> bool:
    named = str(entry.title).casefold().split()
    return all(any(word.startswith(part) for word in named) for part in wanted)
