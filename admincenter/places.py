"""Pages and actions that one goes to by their names; what the side bar shows is among them."""

from collections.abc import Iterator

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.access.permissions import Permission

from .navigation import GROUPS, Entry, Permissions


def _begun(title: str | Promise, begins: str, icon: str, permission: Permission) -> Entry:
    return Entry(title, "begin", icon, permission, within=True, begins=begins)


# What is done in an organization.
BEGUN: tuple[Entry, ...] = (
    _begun(_("Invite somebody"), "invite_member", "user-plus", Permission.MEMBERS_INVITE),
    _begun(_("Invite people from a list"), "import_members", "upload", Permission.MEMBERS_INVITE),
    _begun(_("Grant a role"), "grant_role", "shield-user", Permission.ROLES_BIND),
    _begun(_("New role"), "create_role", "plus", Permission.ROLES_EDIT),
    _begun(_("Explain who may do what"), "organization_explain", "search", Permission.ROLES_READ),
    _begun(_("Enrol hubs"), "enrol_hubs", "qr-code", Permission.HUBS_ENROL),
    _begun(_("Import a list of hubs"), "import_hubs", "upload", Permission.HUBS_ENROL),
    _begun(
        _("New identity provider"),
        "create_identity_provider",
        "plus",
        Permission.IDENTITY_PROVIDERS_EDIT,
    ),
)
# What is of a security programme, an organization's or the platform's own.
IN_PROGRAMMES: tuple[Entry, ...] = (
    _begun(_("Tickets"), "tickets", "ticket", Permission.TICKETS_READ),
    _begun(_("New ticket"), "create_ticket", "plus", Permission.TICKETS_EDIT),
    _begun(_("Import findings"), "import_findings", "upload", Permission.TICKETS_EDIT),
    _begun(_("CVSS calculator"), "cvss_calculator", "gauge", Permission.TICKETS_READ),
    _begun(_("Releases"), "releases", "package", Permission.RELEASES_READ),
    _begun(
        _("Penetration tests"),
        "penetration_tests",
        "shield-check",
        Permission.PENETRATION_TESTS_READ,
    ),
    _begun(_("Risks"), "risks", "triangle-alert", Permission.RISKS_READ),
    _begun(_("Patch policy"), "patch_policy", "sliders-horizontal", Permission.PATCH_POLICIES_EDIT),
)
# What the side bar has no room for.
ACTIONS: tuple[Entry, ...] = (
    Entry(_("Notifications"), "notices", "bell", Permission.ORGANIZATIONS_READ, within=True),
    Entry(_("Hubs of all fleets"), "all_hubs", "monitor", Permission.HUBS_READ, within=True),
    Entry(_("New organization"), "create_organization", "plus", Permission.ORGANIZATIONS_CREATE),
    Entry(_("New application"), "create_application", "plus", Permission.APPLICATIONS_EDIT),
    Entry(_("Disabled people"), "people", "user-x", Permission.PEOPLE_READ, query="state=disabled"),
    Entry(_("Recycle bin"), "people", "trash-2", Permission.PEOPLE_READ, query="state=deleted"),
    Entry(
        _("Grant a role on the platform"),
        "appoint_administrator",
        "plus",
        Permission.ADMINISTRATORS_EDIT,
    ),
    Entry(_("New sign-in policy"), "create_policy", "plus", Permission.POLICIES_EDIT),
    Entry(
        _("Dead messages that were given up"),
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
    sections = (entry for _title, entries in GROUPS for entry in entries)
    for entry in (*sections, *BEGUN, *IN_PROGRAMMES, *ACTIONS):
        if entry.permission in (anywhere if entry.within else held) and _fits(entry, wanted):
            yield entry


def _fits(entry: Entry, wanted: list[str]) -> bool:
    named = str(entry.title).casefold().split()
    return all(any(word.startswith(part) for word in named) for part in wanted)
