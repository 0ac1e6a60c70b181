"""People come by invitation, leave, are removed, and hand the ownership over."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.access.models import Invitation, Membership, RoleBinding
from accounts.access.roles import RoleName
from accounts.access.scope import Scope
from accounts.access.selectors.in_charge import owners_of
from accounts.access.selectors.members import is_member
from accounts.access.services import (
    accept_invitation,
    create_custom_role,
    delete_custom_role,
    grant_role,
    invite,
    join,
    leave,
    remove_member,
    revoke_invitation,
    revoke_role,
    transfer_ownership,
)
from accounts.access.services.inviting import LIFETIME
from accounts.models import User
from accounts.organizations.models import Organization, Site
from accounts.organizations.services import set_organization_active
from mago.audit.tags import Tag
from mago.core.errors import Refused

from .conftest import GUEST, OWNER, TECHNICIAN, anew, give, permissions_of

Join = Callable[..., User]
Events = Callable[..., list[Any]]


@pytest.fixture
def secret_of(link_in: Callable[..., str]) -> Callable[[str], str]:
    """The secret in the newest invitation to an address."""
    return lambda email: link_in("access/invitation", email).split("/")[-2]


@pytest.fixture
def sent(acme: Organization, alice: User, charlie: User, secret_of: Callable[[str], str]) -> str:
    """The secret of an invitation of charlie to Acme, as a technician."""
    invite(organization=acme, email="Charlie@Example.com ", role=TECHNICIAN, actor=alice)
    return secret_of(charlie.email)


def code(work: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    with pytest.raises(Refused) as refused:
        work(*args, **kwargs)
    return refused.value.code


def membership(user: User, organization: Organization) -> Membership:
    found: Membership = Membership.objects.of(organization).get(user=user)
    return found


# --- invitations ---


def test_who_accepts_is_a_member_with_the_role(
    sent: str, acme: Organization, charlie: User
) -> None:
    accept_invitation(secret=sent, user=charlie)
    assert is_member(charlie, acme.pk)
    binding = RoleBinding.objects.get(user=charlie)
    assert (binding.role, binding.scope) == (TECHNICIAN, acme.access_scope)


def test_who_accepts_is_told_to_have_acted_and_on_whose_behalf(
    sent: str, acme: Organization, charlie: User, events: Events
) -> None:
    """The address and the browser of the event are theirs."""
    alice = owners_of(acme.pk).get()
    accept_invitation(secret=sent, user=charlie)
    granted = events("access:role:granted")[-1]
    told = (granted.actor_id, granted.on_behalf_of_id, granted.target_id)
    assert told == (charlie.pk, alice.pk, str(charlie.pk))
    assert RoleBinding.objects.get(user=charlie).granted_by == alice


def test_it_works_once(sent: str, charlie: User) -> None:
    accept_invitation(secret=sent, user=charlie)
    assert code(accept_invitation, secret=sent, user=charlie) == "link_invalid"


def test_it_ends_by_time_though_nobody_cleans_up(
    sent: str, acme: Organization, charlie: User
) -> None:
    sent_at = Invitation.objects.of(acme).get().created_at
    with time_machine.travel(sent_at + LIFETIME + timedelta(seconds=1), tick=False):
        assert code(accept_invitation, secret=sent, user=charlie) == "link_invalid"
    with time_machine.travel(sent_at + LIFETIME - timedelta(seconds=5), tick=False):
        accept_invitation(secret=sent, user=charlie)


def test_it_is_for_one_proved_address(
    sent: str, acme: Organization, charlie: User, person: Join
) -> None:
    assert code(accept_invitation, secret=sent, user=person("eve")) == "other_address"
    charlie.email_confirmed_at = None
    assert code(accept_invitation, secret=sent, user=charlie) == "other_address"
    assert not is_member(charlie, acme.pk)


def test_a_newer_one_replaces_it(
    sent: str, acme: Organization, alice: User, charlie: User, secret_of: Callable[[str], str]
) -> None:
    invite(organization=acme, email=charlie.email, role=GUEST, actor=alice)
    assert code(accept_invitation, secret=sent, user=charlie) == "link_invalid"
    accept_invitation(secret=secret_of(charlie.email), user=charlie)
    assert RoleBinding.objects.get(user=charlie).role == GUEST


def test_one_that_is_taken_back_works_no_longer_and_is_told_once(
    sent: str, acme: Organization, alice: User, charlie: User, events: Events
) -> None:
    for _ in range(2):
        revoke_invitation(invitation=Invitation.objects.of(acme).get(), actor=alice)
    assert code(accept_invitation, secret=sent, user=charlie) == "link_invalid"
    assert len(events("access:invitation:revoked")) == 1


@pytest.mark.parametrize("lost", ["role", "account", "activity", "membership"])
def test_whoever_invited_must_still_be_able_to(
    lost: str, sent: str, acme: Organization, bob: User, charlie: User
) -> None:
    alice = owners_of(acme.pk).get()
    give(bob, OWNER, acme)
    if lost == "role":
        revoke_role(binding=RoleBinding.objects.get(user=alice), actor=bob)
        give(alice, RoleName.SITE_ADMINISTRATOR, acme)
    elif lost == "account":
        alice.delete()
    elif lost == "activity":
        User.objects.filter(pk=alice.pk).update(is_active=False)
    else:
        remove_member(membership=membership(alice, acme), actor=bob)
    assert code(accept_invitation, secret=sent, user=charlie) == "inviter_lost_right"
    assert not is_member(charlie, acme.pk)
    assert Invitation.objects.of(acme).get().closed_at is None


def test_power_that_has_become_an_hours_gives_no_role_for_good(
    sent: str, acme: Organization, alice: User, bob: User, charlie: User
) -> None:
    give(bob, OWNER, acme)
    give(alice, OWNER, acme, expires_at=timezone.now() + timedelta(hours=1))
    assert code(accept_invitation, secret=sent, user=charlie) == "inviter_lost_right"


def test_a_disabled_organization_invites_and_admits_nobody(
    sent: str, acme: Organization, charlie: User, dora: User
) -> None:
    set_organization_active(organization=acme, active=False, actor=dora)
    assert code(accept_invitation, secret=sent, user=charlie) == "link_invalid"
    ask = {"organization": acme, "email": "x@example.com", "role": GUEST, "actor": dora}
    assert code(invite, **ask) == "organization_disabled"


def test_nobody_is_invited_who_is_there_or_to_what_cannot_be(
    acme: Organization, alice: User, bob: User, dora: User, lair: Site
) -> None:
    ask: dict[str, Any] = {
        "organization": acme,
        "email": "x@example.com",
        "role": GUEST,
        "actor": alice,
    }
    assert code(invite, **{**ask, "email": bob.email}) == "already_member"
    role = RoleName.PLATFORM_ADMINISTRATOR
    assert code(invite, **{**ask, "role": role, "actor": dora}) == "wrong_place"
    assert code(invite, **ask, site=lair) == "wrong_place"
    assert not Invitation.objects.of(acme).exists()


def test_who_may_invite_but_does_not_hold_the_role_does_not(
    acme: Organization, alice: User, member: Join
) -> None:
    names = [
        "members:invite",
        "roles:bind",
        *sorted(permissions_of(alice, acme.access_scope) & {"hubs:read"}),
    ]
    clerk = create_custom_role(organization=acme, name="Clerk", permissions=names, actor=alice)
    eve = member("eve", acme, clerk)
    ask = {"organization": acme, "email": "x@example.com", "actor": eve}
    assert code(invite, **ask, role=OWNER) == "not_yours_to_grant"


def test_a_site_invitation_gives_the_role_there(
    hall: Site, alice: User, charlie: User, secret_of: Callable[[str], str], events: Events
) -> None:
    acme = hall.organization
    invite(organization=acme, email=charlie.email, role=TECHNICIAN, actor=alice, site=hall)
    told = events(Tag.INVITATION_SENT)[-1].detail
    assert (told["role"], told["site"]) == ("technician", str(hall.pk))
    accept_invitation(secret=secret_of(charlie.email), user=charlie)
    assert RoleBinding.objects.get(user=charlie).scope == Scope(acme.pk, hall.pk)


# --- the end of it ---


def test_who_is_removed_or_leaves_holds_nothing_there_and_keeps_the_rest(
    acme: Organization, umbra: Organization, alice: User, bob: User, charlie: User
) -> None:
    Membership.objects.create(organization=acme, user=charlie)
    for user in (bob, charlie):
        give(user, TECHNICIAN, acme)
    remove_member(membership=membership(charlie, acme), actor=alice)
    leave(membership=membership(bob, acme))
    assert not RoleBinding.objects.filter(organization=acme).exclude(user=alice).exists()
    assert permissions_of(anew(charlie), umbra.access_scope)
    assert is_member(charlie, umbra.pk)


def test_who_was_removed_comes_back_by_no_link_of_before(
    sent: str, acme: Organization, alice: User, charlie: User, events: Events
) -> None:
    """They came in by a directory, say, and never used it."""
    join(organization=acme, user=charlie, actor=None)
    remove_member(membership=membership(charlie, acme), actor=alice)
    assert code(accept_invitation, secret=sent, user=charlie) == "link_invalid"
    assert len(events("access:invitation:revoked")) == 1


def test_a_link_of_before_takes_no_end_from_the_role(
    sent: str, acme: Organization, charlie: User
) -> None:
    join(organization=acme, user=charlie, actor=None)
    ends = timezone.now() + timedelta(hours=1)
    give(charlie, TECHNICIAN, acme, expires_at=ends)
    accept_invitation(secret=sent, user=charlie)
    assert RoleBinding.objects.get(user=charlie).expires_at == ends


def test_nobody_removes_a_higher_one(acme: Organization, alice: User, member: Join) -> None:
    names = ["members:remove", "roles:bind", "hubs:read"]
    clerk = create_custom_role(organization=acme, name="Clerk", permissions=names, actor=alice)
    eve, mallory = member("eve", acme, clerk), member("mallory", acme, TECHNICIAN)
    for user in (alice, mallory):
        ask = {"membership": membership(user, acme), "actor": eve}
        assert code(remove_member, **ask) == "not_yours_to_grant"


def test_a_member_of_another_organization_is_out_of_reach(
    acme: Organization, umbra: Organization, alice: User, charlie: User
) -> None:
    ask = {"membership": membership(charlie, umbra), "actor": alice}
    assert code(remove_member, **ask) == "permission_denied"


def test_the_last_owner_stays(acme: Organization, alice: User, bob: User, dora: User) -> None:
    assert code(leave, membership=membership(alice, acme)) == "last_owner"
    for actor in (alice, dora):
        ask = {"membership": membership(alice, acme), "actor": actor}
        assert code(remove_member, **ask) == "last_owner"
    assert is_member(alice, acme.pk)
    give(bob, OWNER, acme)
    leave(membership=membership(alice, acme))


def test_leaving_twice_is_told_once(acme: Organization, bob: User, events: Events) -> None:
    mine = membership(bob, acme)
    for _ in range(2):
        leave(membership=mine)
    assert len(events("access:member:left")) == 1


def test_the_ownership_is_handed_over(acme: Organization, alice: User, bob: User) -> None:
    transfer_ownership(organization=acme, to=bob, actor=alice)
    assert list(owners_of(acme.pk)) == [bob]
    assert [b.role for b in RoleBinding.objects.filter(user=alice)] == [GUEST]


def test_it_is_handed_over_by_an_owner_to_another_member_only(
    acme: Organization, alice: User, bob: User, charlie: User, dora: User
) -> None:
    ask = {"organization": acme}
    assert code(transfer_ownership, **ask, to=charlie, actor=alice) == "not_a_member"
    assert code(transfer_ownership, **ask, to=bob, actor=dora) == "permission_denied"
    assert code(transfer_ownership, **ask, to=bob, actor=bob) == "self"
    assert code(transfer_ownership, **ask, to=alice, actor=alice) == "self"
    end = timezone.now() + timedelta(hours=1)
    give(bob, OWNER, acme, expires_at=end)
    assert code(transfer_ownership, **ask, to=alice, actor=anew(bob)) == "not_yours_to_grant"
    assert list(owners_of(acme.pk)) == [alice]


# --- each change is told once ---


def told(events: Events, work: Callable[[], Any]) -> list[str]:
    before = len(events())
    work()
    return [event.tag for event in events()[before:]]


def test_every_change_is_told_with_its_organization(
    acme: Organization, bob: User, charlie: User, events: Events, secret_of: Callable[[str], str]
) -> None:
    alice = owners_of(acme.pk).get()
    scope = {"scope": acme.access_scope}
    ask = {"organization": acme, "email": charlie.email, "role": GUEST, "actor": alice}
    steps: list[tuple[list[str], Callable[[], Any]]] = [
        (["access:invitation:sent"], lambda: invite(**ask)),
        (
            ["access:member:joined", "access:role:granted"],
            lambda: accept_invitation(secret=secret_of(charlie.email), user=charlie),
        ),
        (["access:role:granted"], lambda: grant_role(user=bob, role=GUEST, actor=alice, **scope)),
        (
            ["access:role:revoked"],
            lambda: revoke_role(binding=RoleBinding.objects.get(user=bob), actor=alice),
        ),
        (["access:member:left"], lambda: leave(membership=membership(bob, acme))),
        (
            ["access:role:granted", "access:role:granted", "access:ownership:transferred"],
            lambda: transfer_ownership(organization=acme, to=charlie, actor=alice),
        ),
        (
            ["access:member:removed"],
            lambda: remove_member(membership=membership(alice, acme), actor=anew(charlie)),
        ),
    ]
    for tags, work in steps:
        before = len(events())
        work()
        new = events()[before:]
        assert [event.tag for event in new] == tags
        assert {event.organization_id for event in new} == {acme.pk}
        assert all(event.actor_id for event in new)
    refused = told(events, lambda: code(leave, membership=membership(charlie, acme)))
    assert refused == []


def test_the_trail_says_which_roles_went_with_a_membership_or_a_role(
    acme: Organization, alice: User, hall: Site, member: Join, events: Events
) -> None:
    """Else nothing in it says when somebody ceased to hold what it says they were granted."""
    role = create_custom_role(organization=acme, name="Own", permissions=[], actor=alice)
    for name in ("eve", "mallory"):
        user = member(name, acme, TECHNICIAN, site=hall)
        give(user, role, acme)
        membership = Membership.objects.of(acme).get(user=user)
        if name == "eve":
            leave(membership=membership)
        else:
            remove_member(membership=membership, actor=alice)
    for tag in (Tag.MEMBER_LEFT, Tag.MEMBER_REMOVED):
        (event,) = events(tag)
        held = [(one["role"], one["site"]) for one in event.detail["roles"]]
        assert held == [("technician", str(hall.pk)), ("Own", "")]
    trent = member("trent", acme, role)
    delete_custom_role(role=role, actor=alice)
    (event,) = events(Tag.ROLE_DELETED)
    assert event.detail["held_by"] == [str(trent.pk)]


def test_a_role_that_is_granted_anew_is_told_as_it_was_and_as_it_is(
    acme: Organization, alice: User, bob: User, events: Events
) -> None:
    end = timezone.now() + timedelta(days=1)
    for until in (end, None):
        grant_role(user=bob, role=GUEST, actor=alice, scope=acme.access_scope, expires_at=until)
    first, again = events(Tag.ROLE_GRANTED)[-2:]
    assert "before" not in first.detail
    assert again.detail["before"]["expires_at"] == end.isoformat()
    assert again.detail["expires_at"] == ""
