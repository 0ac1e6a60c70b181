"""Who looks at the installation, and at which lists and searches."""

from collections.abc import Mapping
from typing import Any

from accounts.models import User
from accounts.organizations.models import Organization
from admincenter.keyset import Cursor
from admincenter.selectors.hubs import find_hubs, find_hubs_anywhere
from admincenter.selectors.organizations import find_members
from admincenter.selectors.people import find_people, find_sessions
from admincenter.selectors.trail import find_events

from .filling import slug
from .viewer import administrator, session_of


def told() -> dict[str, Any]:
    """The session of an administrator of the platform, and the pages: lists, and searches."""
    first, viewer = Organization.objects.get(slug=slug(1)), administrator()
    session, lists = session_of(viewer), lists_of(viewer, first)
    return {"session": session, "lists": lists, "searches": SEARCHES}


def lists_of(viewer: Any, first: Any) -> dict[str, str]:
    """The list pages by their names: newest rows, and where a list is long, rows in the middle of it."""
    own = f"organizations/{first.slug}"
    return {
        "overview": "",
        "people": "people/",
        "people, in the middle": "people/?page=" + middle(find_people()),
        "people by address": "people/?order=-address",
        "people who are disabled": "people/?state=disabled",
        "people without a second factor": "people/?state=without-factor",
        "people who are signed in": "people/?state=signed-in",
        "administrators": "people/?state=administrators",
        "a person": f"people/{first_person()}/",
        "sessions": "sessions/",
        "sessions, in the middle": "sessions/?page=" + middle(find_sessions()),
        "organizations": "organizations/",
        "an organization": f"{own}/",
        "members": f"{own}/members/",
        "members, in the middle": f"{own}/members/?page=" + middle(find_members(first)),
        "role bindings": f"{own}/bindings/",
        "fleets": "hubs/",
        "hubs of all": "hubs/_all/",
        "hubs of all, in the middle": "hubs/_all/?page=" + middle(find_hubs_anywhere(viewer)),
        "hubs of all that are silent": "hubs/_all/?standing=offline",
        "hubs": f"hubs/{first.slug}/",
        "hubs by serial number": f"hubs/{first.slug}/?order=-serial",
        "hubs, in the middle": f"hubs/{first.slug}/?page=" + middle(find_hubs(viewer, first)),
        "tickets": f"security/{first.slug}/tickets/",
        "tickets by score": f"security/{first.slug}/tickets/?order=-score",
        "tickets by due date": f"security/{first.slug}/tickets/?order=due",
        "messages": "messages/",
        "audit": "audit/",
        "audit, the oldest first": "audit/?order=time",
        "audit, in the middle": "audit/?page=" + middle(find_events()),
        "audit of a rare kind": "audit/?tag=access:role:granted",
        "audit of a person": "audit/?actor=person-0000500@example.com",
        "audit of an organization": f"{own}/audit/",
        "background jobs": "jobs/",
        "lockdowns": "lockdowns/",
        "applications": "applications/",
        "API tokens": "api-tokens/",
        "identity providers": "identity-providers/",
    }


# What somebody types, by how many answer to it.
SEARCHES: Mapping[str, str] = {
    "people: nobody": "people/?q=nobody-at-all",
    "people: one address": "people/?q=person-0000500",
    "people: one name": "people/?q=zuz",
    "people: a tenth of the names": "people/?q=ada",
    "people: all addresses": "people/?q=per",
    "people: one by the middle": "people/?q=anna+quis",
    "people: a hundredth by the middle": "people/?q=00@example",
    "people: all by the middle": "people/?q=xample",
    "hubs: none": "hubs/_all/?q=xyz",
    "hubs: one": "hubs/_all/?q=SN-0000050",
    "hubs: all serials": "hubs/_all/?q=SN-",
    "hubs: all by the middle": "hubs/_all/?q=oom",
    "hubs of one: one": f"hubs/{slug(1)}/?q=SN-0000050",
    "members: one by the middle": f"organizations/{slug(1)}/members/?q=0000500@",
    "members: all": f"organizations/{slug(1)}/members/?q=per",
    "organizations: all": "organizations/?q=fir",
    "everything: nothing": "search/?q=xyzzy",
    "everything: one": "search/?q=person-0000500",
    "everything: all people": "search/?q=per",
}


def first_person() -> Any:
    """Somebody who is signed in and holds a role, in an installation of whatever size."""
    return User.objects.get(email="person-0000050@example.com").pk


def middle(listing: Any) -> str:
    """The cursor of the row in the middle."""
    rows = listing.queries[0].order_by(*listing.key).values_list(*listing.key)
    return str(Cursor(rows[rows.count() // 2]))
