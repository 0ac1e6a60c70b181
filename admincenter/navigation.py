"""The side bar: every section with the permission that it takes, and which of them a person sees."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.access.guards import actor
from accounts.access.permissions import Permission
from accounts.access.selectors.decisions import can, can_within
from accounts.models import User

from .notices.selectors import known_count


@dataclass(frozen=True, eq=False)
class Entry:
    """`icon` is a name in static/icons/sprite.svg; `within`: the permission may be held at any place;
    `begins`: the name of a page of an organization or a programme, which is asked for first
    (admincenter/sections/begin.py)."""

    title: str | Promise
    url_name: str
    icon: str
    permission: Permission
    within: bool = False
    query: str = ""
    begins: str = ""

    @cached_property
    def url(self) -> str:
        args = [self.begins] if self.begins else []
        way = reverse(f"admincenter:{self.url_name}", args=args)
        return way + (f"?{self.query}" if self.query else "")


@dataclass(frozen=True, eq=False)
class Item:
    """A link of the side bar."""

    entry: Entry
    current: bool

    @property
    def title(self) -> str | Promise:
        return self.entry.title

    @property
    def url(self) -> str:
        return self.entry.url

    @property
    def icon(self) -> str:
        return self.entry.icon


@dataclass(frozen=True, eq=False)
class Group:
    title: str | Promise
    items: tuple[Item, ...]


GROUPS: tuple[tuple[str | Promise, tuple[Entry, ...]], ...] = (
    ("", (Entry(_("Overview"), "overview", "layout-dashboard", Permission.OVERVIEW_READ),)),
    (
        _("Directory"),
        (
            Entry(_("People"), "people", "users", Permission.PEOPLE_READ),
            Entry(_("Administrators"), "administrators", "shield-user", Permission.ROLES_READ),
            Entry(_("Sessions"), "sessions", "monitor-smartphone", Permission.SESSIONS_READ),
            Entry(
                _("Organizations"),
                "organizations",
                "building-2",
                Permission.ORGANIZATIONS_READ,
                within=True,
            ),
            Entry(
                _("Identity providers"),
                "identity_providers",
                "key-round",
                Permission.IDENTITY_PROVIDERS_READ,
                within=True,
            ),
            Entry(
                _("Sign-in providers"),
                "sign_in_providers",
                "log-in",
                Permission.SIGN_IN_PROVIDERS_READ,
            ),
            Entry(
                _("Sign-in policies"), "policies", "fingerprint-pattern", Permission.POLICIES_READ
            ),
            Entry(_("Applications"), "applications", "plug", Permission.APPLICATIONS_READ),
            Entry(_("API tokens"), "api_tokens", "key", Permission.SERVICE_ACCOUNTS_READ),
        ),
    ),
    (
        _("Devices"),
        (Entry(_("Hubs"), "hubs", "monitor", Permission.HUBS_READ, within=True),),
    ),
    (
        _("Security"),
        (
            Entry(
                _("Security programme"),
                "security",
                "shield-check",
                Permission.TICKETS_READ,
                within=True,
            ),
            Entry(_("Lockdowns"), "lockdowns", "lock", Permission.LOCKDOWNS_READ),
        ),
    ),
    (
        _("Records"),
        (
            Entry(_("Messages"), "messages", "mail", Permission.MESSAGES_READ),
            Entry(_("Certificates"), "certificates", "badge-check", Permission.CERTIFICATES_READ),
            Entry(_("Audit"), "audit", "scroll-text", Permission.AUDIT_READ),
            Entry(_("System"), "system", "activity", Permission.SYSTEM_READ),
            Entry(_("Background jobs"), "jobs", "list", Permission.ORGANIZATIONS_READ, within=True),
        ),
    ),
)


class Permissions:
    """What somebody may do: `permission in …`, in views and templates; each is decided once.

    On the platform or at `target`; `within`, there or somewhere inside it.
    """

    def __init__(self, user: User, target: Any = None, *, within: bool = False) -> None:
        self._user, self._target = user, target
        self._decide = can_within if within else can
        self._known: dict[str, bool] = {}

    def __contains__(self, permission: str) -> bool:
        if permission not in self._known:
            self._known[permission] = bool(
                self._decide(self._user, Permission(permission), self._target)
            )
        return self._known[permission]


def permissions(request: HttpRequest) -> Permissions:
    """What the person of `request` may do; the same object for the whole request."""
    held: Permissions | None = getattr(request, "permissions", None)
    if held is None:
        held = request.permissions = Permissions(actor(request))  # type: ignore[attr-defined]
    return held


def frame(request: HttpRequest) -> dict[str, Any]:
    """What templates/layouts/admin.html shows around a page."""
    held, anywhere = permissions(request), Permissions(actor(request), within=True)
    searches = Permission.ORGANIZATIONS_READ in anywhere
    return {
        "may_administer": Permission.OVERVIEW_READ in held,
        "may_see_organizations": searches,
        "navigation": _navigation(request.path, held, anywhere),
        "search_url": reverse("admincenter:search") if searches else "",
        # The number as it was found last: no page waits for it.
        "new_notices": known_count(actor(request)) if searches else None,
    }


def _navigation(path: str, held: Permissions, anywhere: Permissions) -> tuple[Group, ...]:
    shown = tuple(
        entry
        for _title, entries in GROUPS
        for entry in entries
        if entry.permission in (anywhere if entry.within else held)
    )
    # The overview's address begins all others, so the longest one that fits is where we are.
    fitting = (entry for entry in shown if path.startswith(entry.url))
    return _groups(shown, max(fitting, key=lambda entry: len(entry.url), default=None))


@lru_cache(maxsize=512)
def _groups(shown: tuple[Entry, ...], here: Entry | None) -> tuple[Group, ...]:
    """The side bar with these entries; the same object each time, so that its HTML is kept as well."""
    groups = (
        Group(title, tuple(Item(entry, entry is here) for entry in entries if entry in shown))
        for title, entries in GROUPS
    )
    return tuple(group for group in groups if group.items)
