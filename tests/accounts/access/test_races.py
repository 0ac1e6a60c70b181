"""What must be so for many at one moment: one acceptance, somebody in charge."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from accounts.access.models import Invitation, Membership, RoleBinding
from accounts.access.roles import RoleName
from accounts.access.scope import PLATFORM
from accounts.access.selectors.in_charge import administrators, owners_of
from accounts.access.selectors.members import is_member
from accounts.access.services import (
    accept_invitation,
    grant_role,
    invite,
    join,
    leave,
    remove_member,
    revoke_role,
    set_active,
    transfer_ownership,
)
from accounts.models import User
from accounts.organizations.models import Organization
from mago.core.errors import Refused
from mago.core.ids import new_secret
from tests.races import THREADS, at_once

from .conftest import GUEST, OWNER, TECHNICIAN, anew, give

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("real_database"),
    pytest.mark.slow,
]
Join = Callable[..., User]


def outcome(work: Callable[..., Any], **kwargs: Any) -> str:
    try:
        work(**kwargs)
    except Refused as refused:
        return refused.code
    return "done"


def test_one_of_many_accepts(
    acme: Organization, alice: User, charlie: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The mail is sent at once here, and then forgotten.
    secret = new_secret()
    monkeypatch.setattr("accounts.access.services.inviting.new_secret", lambda: secret)
    invite(organization=acme, email=charlie.email, role=GUEST, actor=alice)
    answers = at_once(lambda n: outcome(accept_invitation, secret=secret, user=charlie))
    assert Counter(answers) == {"done": 1, "link_invalid": THREADS - 1}
    assert Membership.objects.of(acme).filter(user=charlie).count() == 1
    assert RoleBinding.objects.filter(user=charlie).count() == 1


def test_of_many_invitations_of_one_address_one_is_open(acme: Organization, alice: User) -> None:
    ask = {"organization": acme, "email": "x@example.com", "role": GUEST, "actor": alice}
    answers = Counter(at_once(lambda n: outcome(invite, **ask)))
    assert set(answers) <= {"done", "conflict"}
    assert Invitation.objects.of(acme).filter(closed_at=None).count() == 1


def test_owners_who_leave_at_once_leave_one_behind(
    acme: Organization, alice: User, member: Join
) -> None:
    owners = [alice, *(member(f"owner{n}", acme, OWNER) for n in range(THREADS - 1))]
    mine = [Membership.objects.of(acme).select_related("user").get(user=user) for user in owners]
    answers = at_once(lambda n: outcome(leave, membership=mine[n]))
    assert Counter(answers) == {"done": THREADS - 1, "last_owner": 1}
    assert owners_of(acme.pk).count() == 1


def test_owners_who_take_the_role_from_each_other_leave_one_behind(
    acme: Organization, alice: User, member: Join
) -> None:
    owners = [alice, *(member(f"owner{n}", acme, OWNER) for n in range(THREADS - 1))]
    bindings = [RoleBinding.objects.get(user=owner) for owner in owners]
    at_once(lambda n: outcome(revoke_role, binding=bindings[n - 1], actor=owners[n]))
    assert owners_of(acme.pk).count() >= 1


def test_administrators_who_take_the_role_from_each_other_leave_one_behind(
    dora: User, person: Join
) -> None:
    role = RoleName.PLATFORM_ADMINISTRATOR
    others = [person(f"admin{n}") for n in range(THREADS - 1)]
    bindings = [RoleBinding.objects.get(user=dora)]
    bindings += [grant_role(user=user, role=role, actor=None, scope=PLATFORM) for user in others]
    everybody = [dora, *others]
    answers = at_once(lambda n: outcome(revoke_role, binding=bindings[n - 1], actor=everybody[n]))
    assert administrators().count() >= 1
    assert set(answers) <= {"done", "last_administrator", "permission_denied"}


def test_administrators_who_disable_each_other_leave_one_behind(dora: User, person: Join) -> None:
    others = [person(f"admin{n}") for n in range(THREADS - 1)]
    for user in others:
        grant_role(user=user, role=RoleName.PLATFORM_ADMINISTRATOR, actor=None, scope=PLATFORM)
    everybody = [dora, *others]
    answers = at_once(
        lambda n: outcome(set_active, user=everybody[n - 1], active=False, actor=everybody[n])
    )
    assert administrators().count() >= 1
    assert set(answers) <= {"done", "last_administrator", "permission_denied", "outranked"}


def test_one_who_disables_and_one_who_revokes_leave_one_behind(dora: User, person: Join) -> None:
    role = RoleName.PLATFORM_ADMINISTRATOR
    mine = RoleBinding.objects.get(user=dora)
    eve = person("eve")
    grant_role(user=eve, role=role, actor=None, scope=PLATFORM)

    def either(number: int) -> str:
        if number % 2:
            return outcome(revoke_role, binding=mine, actor=eve)
        return outcome(set_active, user=eve, active=False, actor=dora)

    at_once(either)
    assert administrators().count() == 1


def test_no_role_is_left_of_somebody_who_is_removed_while_it_is_granted(
    acme: Organization, alice: User, bob: User
) -> None:
    mine = Membership.objects.of(acme).select_related("user").get(user=bob)

    def either(number: int) -> str:
        if number == 0:
            return outcome(remove_member, membership=mine, actor=alice)
        role = TECHNICIAN if number % 2 else GUEST
        return outcome(grant_role, user=bob, role=role, actor=alice, scope=acme.access_scope)

    answers = at_once(either)
    assert answers[0] == "done"
    assert set(answers) <= {"done", "not_a_member"}
    assert not is_member(bob, acme.pk)
    assert not RoleBinding.objects.filter(user=bob).exists()


def test_who_is_removed_while_they_accept_an_invitation_is_out(
    acme: Organization, alice: User, charlie: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They came in by another door before."""
    secret = new_secret()
    monkeypatch.setattr("accounts.access.services.inviting.new_secret", lambda: secret)
    invite(organization=acme, email=charlie.email, role=OWNER, actor=alice)
    join(organization=acme, user=charlie, actor=None)
    mine = Membership.objects.of(acme).select_related("user").get(user=charlie)

    def either(number: int) -> str:
        if number == THREADS // 2:
            return outcome(remove_member, membership=mine, actor=alice)
        return outcome(accept_invitation, secret=secret, user=charlie)

    answers = at_once(either)
    assert set(answers) <= {"done", "link_invalid"}
    assert answers[THREADS // 2] == "done"
    assert not is_member(charlie, acme.pk)
    assert not RoleBinding.objects.filter(user=charlie).exists()


def test_who_hands_the_ownership_over_while_they_or_the_other_leave_leaves_an_owner_behind(
    acme: Organization, alice: User, bob: User, member: Join
) -> None:
    carol = member("carol", acme, OWNER)
    of = Membership.objects.of(acme).select_related("user")
    hers, his = of.get(user=alice), of.get(user=bob)

    def either(number: int) -> str:
        match number % 3:
            case 0:
                return outcome(transfer_ownership, organization=acme, to=bob, actor=anew(alice))
            case 1:
                return outcome(remove_member, membership=hers, actor=anew(carol))
        return outcome(leave, membership=his)

    at_once(either)
    members = set(Membership.objects.of(acme).values_list("user", flat=True))
    assert owners_of(acme.pk).exists()
    assert set(RoleBinding.objects.values_list("user", flat=True)) <= members


def test_many_grants_of_one_role_make_one_binding(acme: Organization, bob: User) -> None:
    keys = at_once(lambda n: give_key(bob, acme))
    assert len(set(keys)) == 1


def give_key(user: User, organization: Organization) -> str:
    return str(give(user, GUEST, organization).pk)
