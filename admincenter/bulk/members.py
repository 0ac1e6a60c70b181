"""Many people are invited to an organization from a list: its columns are matched first, each line is looked at."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.models import Invitation, Membership
from accounts.access.permissions import Permission
from accounts.access.roles import PERMISSIONS, RoleName
from accounts.access.scope import Scope
from accounts.access.selectors.decisions import can
from accounts.access.services import (
    Guest,
    demand_permission,
    invite_all,
    revoke_invitation,
)
from accounts.models import User, is_email, normalize_email
from accounts.organizations.models import Organization, Site
from mago.core.errors import Refused
from mago.core.forms import unusable
from mago.core.ids import new_id
from mago.jobs.models import Item, Job
from mago.jobs.services import MOST_ITEMS, Draft, draft_job

from ..columns import guess as columns_alike
from ..columns import no_list, reader
from .work import ActorsWork

# What a line may say, in the order in which a form asks for the column of each.
FIELDS = {
    "email": gettext_lazy("E-mail address"),
    "role": gettext_lazy("Role"),
    "site": gettext_lazy("Site"),
}


class _MembersWork(ActorsWork):
    @cached_property
    def organization(self) -> Organization:
        assert self.job.organization_id
        return Organization.objects.get(pk=self.job.organization_id)


class Invite(_MembersWork):
    """`subject`: {"email", "role", "site": key or null, "invitation": the key that the invitation is to have}."""

    title = gettext_lazy("Invite people from a list")
    undone_by = "members.revoke_invitations"

    # As long as nobody waits for the database who signs in meanwhile.
    together = 50

    def do(self, item: Item) -> None:
        for refusal in self.do_all([item]).values():
            raise refusal

    def do_all(self, items: Sequence[Item]) -> dict[Item, Refused]:
        # With the rights that whoever asked has now, and the organization as it is now.
        return type(self)(self.job)._invite(items)

    def _invite(self, items: Sequence[Item]) -> dict[Item, Refused]:
        sites = {site.pk: site for site in Site.objects.of(self.organization)}
        guests: dict[Item, Guest] = {}
        refused: dict[Item, Refused] = {}
        for item in items:
            asked = item.subject
            at = UUID(asked["site"]) if asked["site"] else None
            if at and at not in sites:
                refused[item] = Refused(_("There is no such site."))
                continue
            guests[item] = Guest(
                email=asked["email"],
                role=RoleName(asked["role"]),
                site=sites[at] if at else None,
                key=UUID(asked["invitation"]),
            )
        answers = invite_all(
            organization=self.organization,
            guests=list(guests.values()),
            actor=self.actor,
            language=self.job.language,
        )
        both = zip(guests, answers, strict=True)
        return refused | {item: answer for item, answer in both if isinstance(answer, Refused)}

    def subject_to_undo(self, item: Item) -> Any:
        return item.subject["invitation"]


class RevokeInvitations(_MembersWork):
    """`subject` is the invitation's key; who has accepted it meanwhile stays a member."""

    title = gettext_lazy("Take invitations back")

    def do(self, item: Item) -> None:
        found = Invitation.objects.of(self.organization).filter(pk=UUID(item.subject)).first()
        if found is None or found.closed_at:
            raise Refused(_("This invitation was used already."), code="link_invalid")
        revoke_invitation(invitation=found, actor=self.actor)


KINDS: dict[str, type[ActorsWork]] = {
    "members.invite": Invite,
    "members.revoke_invitations": RevokeInvitations,
}


def guess(columns: list[str]) -> dict[str, str]:
    """The column that is most likely meant for each of FIELDS, by its name."""
    return columns_alike(
        columns,
        {
            "email": ("email", "e-mail", "mail", "address", "e-mail address", "user", "login"),
            "role": ("role", "ruolo", "group"),
            "site": ("site", "sede", "place", "location"),
        },
    )


def draft(
    organization: Organization,
    text: str,
    mapping: Mapping[str, str],
    role: RoleName,
    *,
    actor: User,
) -> Job:
    """A job that invites whom the list names lies there to be looked at; as `drafts`. Refused for what is no list."""
    lines = drafts(organization, text, mapping, role, actor=actor)
    return draft_job("members.invite", lines, actor=actor, organization_id=organization.pk)


def drafts(
    organization: Organization,
    text: str,
    mapping: Mapping[str, str],
    role: RoleName,
    *,
    actor: User,
) -> Iterator[Draft]:
    """A draft for each line: who would be invited as what, or why not.

    `mapping` gives the column of each of FIELDS, or nothing; `role` is for lines that name none.
    """
    reading = _Reading(organization, actor)
    try:
        for number, row in enumerate(reader(text), 1):
            if number > MOST_ITEMS:
                raise no_list(_("A list holds at most %(most)s people.") % {"most": MOST_ITEMS})
            cells = {
                name: (row.get(mapping.get(name) or "") or "").strip() if mapping.get(name) else ""
                for name in FIELDS
            }
            yield reading.draft(cells, role)
    except csv.Error:
        raise no_list(_("This is no list of comma-separated values.")) from None


class _Reading:
    """What the lines are held against: read once, whatever the length of the list."""

    def __init__(self, organization: Organization, actor: User) -> None:
        demand_permission(actor, Permission.MEMBERS_INVITE, organization)
        self.organization, self.actor = organization, actor
        self.sites = {site.name.casefold(): site for site in Site.objects.of(organization)}
        members = Membership.objects.of(organization)
        self.members = set(members.values_list("user__email", flat=True))
        self.roles = {
            str(name).casefold(): role for role in RoleName for name in (role.value, role.label)
        }
        self.seen: set[str] = set()
        self.may: dict[tuple[str, UUID | None], bool] = {}

    def draft(self, cells: dict[str, str], default: RoleName) -> Draft:
        email = normalize_email(cells["email"][:300])
        role = self.roles.get(cells["role"].casefold()) if cells["role"] else default
        site = self.sites.get(cells["site"].casefold()) if cells["site"] else None
        subject = {
            "email": email,
            "role": role.value if role else "",
            "site": str(site.pk) if site else None,
            # Known beforehand, so that what was done need not be written beside what was asked.
            "invitation": str(new_id()),
        }
        refused = self._refusal(email, role, site, cells)
        self.seen.add(email)
        return Draft(cells["email"][:254] or "–", subject, refused)

    def _refusal(
        self, email: str, role: RoleName | None, site: Site | None, cells: dict[str, str]
    ) -> str:
        if not _is_address(email):
            return _("This is no e-mail address.")
        if email in self.members:
            return _("This person is a member already.")
        if email in self.seen:
            return _("This address stands in the list twice.")
        if role is None:
            return _("There is no such role.")
        if cells["site"] and site is None:
            return _("There is no such site.")
        if not self._may(role, site):
            return _("You cannot give this role.")
        return ""

    def _may(self, role: RoleName, site: Site | None) -> bool:
        key = (role.value, site.pk if site else None)
        if key not in self.may:
            scope = Scope(self.organization.pk, site.pk if site else None)
            self.may[key] = role != RoleName.PLATFORM_ADMINISTRATOR and all(
                can(self.actor, permission, scope) for permission in PERMISSIONS[role]
            )
        return self.may[key]


def _is_address(email: str) -> bool:
    return is_email(email) and not unusable(email)
