"""What an organization has, many at once: members, roles, programs, tokens, sites and domains."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.access.models import Membership, RoleBinding, ServiceAccount
from accounts.access.roles import RoleName
from accounts.access.scope import Scope
from accounts.access.services import (
    create_custom_role,
    edit_custom_role,
    grant_role,
    join,
    leave,
)
from accounts.models import User
from accounts.organizations.models import Domain, Organization, Site
from accounts.organizations.services import claim_domain, create_site
from accounts.provider.models import ApiToken, Application
from accounts.provider.services import create_api_token, create_application
from mago.audit.models import AuditEvent
from mago.audit.tags import Tag
from mago.jobs.models import Item
from mago.jobs.personal import _forget
from tests.conftest import Browser

from .jobs import drafted, run, told, undo

AT = "organizations/acme/"


def names(acme: Any) -> set[str]:
    return {one.user.email.split("@")[0] for one in Membership.objects.of(acme)}


def roles_of(person: Any) -> set[tuple[str, str, bool]]:
    held = RoleBinding.objects.filter(user=person)
    return {(one.role_name, str(one.site or ""), bool(one.expires_at)) for one in held}


def test_members_are_removed_and_come_back_with_what_they_held(
    owner: Browser, acme: Any, bob: Any, charlie: Any, hall: Any
) -> None:
    alice = Membership.objects.of(acme).exclude(user=bob).get().user
    Membership.objects.create(organization=acme, user=charlie)
    own = create_custom_role(
        organization=acme, name="Night shift", permissions=["hubs:read"], actor=alice
    )
    later = timezone.now() + timedelta(days=9)
    at_hall = Scope(acme.pk, hall.pk)
    grant_role(user=charlie, role=own, scope=at_hall, actor=alice, expires_at=later)
    members = list(Membership.objects.of(acme))
    before = roles_of(bob), roles_of(charlie)
    job = drafted(owner, f"{AT}members/", "members.remove", *members)
    assert {label for label, why in told(job).items() if why} == {alice.email}
    run(owner, job, reason="the project ended")
    assert names(acme) == {"alice"}
    assert not RoleBinding.objects.filter(user__in=[bob, charlie]).exists()
    removed = AuditEvent.objects.filter(tag=Tag.MEMBER_REMOVED)
    assert {event.detail["reason"] for event in removed} == {"the project ended"}
    assert set(undo(owner, job).values()) == {""}
    assert names(acme) == {"alice", "bob", "charlie"}
    assert (roles_of(bob), roles_of(charlie)) == before


def test_who_came_back_by_themselves_is_not_brought_back(
    owner: Browser, acme: Any, alice: Any, bob: Any
) -> None:
    one = Membership.objects.of(acme).get(user=bob)
    job = drafted(owner, f"{AT}members/", "members.remove", one)
    run(owner, job)
    Membership.objects.create(organization=acme, user=bob)
    assert undo(owner, job) == {bob.email: "Somebody has changed this since."}
    assert roles_of(bob) == set()


def test_who_left_since_is_not_brought_back(
    owner: Browser, acme: Any, alice: Any, bob: Any, charlie: Any
) -> None:
    join(organization=acme, user=charlie, actor=alice)
    both = list(Membership.objects.of(acme).exclude(user=alice))
    job = drafted(owner, f"{AT}members/", "members.remove", *both)
    run(owner, job)
    join(organization=acme, user=bob, actor=None)
    leave(membership=Membership.objects.of(acme).get(user=bob))
    User.objects.filter(pk=charlie.pk).update(is_active=False)
    said = undo(owner, job)
    assert said[bob.email] == "Somebody has changed this since."
    assert said[charlie.email] == "This account is disabled."
    assert names(acme) == {"alice"}


def test_what_was_granted_since_stands(
    owner: Browser, acme: Any, alice: Any, bob: Any, hall: Any
) -> None:
    """With an end, where it had none; and of a role that holds more by now, nothing is granted by a way back."""
    wide = create_custom_role(organization=acme, name="Own", permissions=["hubs:read"], actor=alice)
    grant_role(user=bob, role=wide, scope=acme.access_scope, actor=alice)
    both = list(RoleBinding.objects.filter(user=bob))
    job = drafted(owner, f"{AT}bindings/", "roles.revoke", *both)
    run(owner, job, reason="caught stealing")
    end = timezone.now() + timedelta(days=1)
    grant_role(
        user=bob, role=RoleName.REPORTER, scope=acme.access_scope, actor=alice, expires_at=end
    )
    edit_custom_role(
        role=wide, name="Own", permissions=["hubs:read", "members:invite"], actor=alice
    )
    said = undo(owner, job)
    assert said[f"{bob.email} · Reporter"] == "Somebody has changed this since."
    assert said[f"{bob.email} · Own"] == "This role holds more by now than it did."
    assert RoleBinding.objects.get(user=bob).expires_at == end


def test_what_is_granted_again_says_that_it_was_taken_back(
    owner: Browser, acme: Any, bob: Any
) -> None:
    held = RoleBinding.objects.get(user=bob)
    job = drafted(owner, f"{AT}bindings/", "roles.revoke", held)
    run(owner, job, reason="caught stealing")
    undo(owner, job)
    granted = AuditEvent.objects.filter(tag=Tag.ROLE_GRANTED).latest("id")
    assert granted.detail["reason"] == "Taken back: caught stealing"
    # And the lines of both go with the person, as they name them by the address.
    _forget(bob, [bob.email])
    assert not Item.objects.exists()


def test_nobody_removes_who_holds_more(
    acme: Any, alice: Any, bob: Any, charlie: Any, owner: Browser
) -> None:
    removing = create_custom_role(
        organization=acme, name="Removes", permissions=["members:remove", "roles:bind"], actor=alice
    )
    grant_role(user=bob, role=removing, scope=acme.access_scope, actor=alice)
    theirs = Browser().as_person(bob)
    mine = Membership.objects.of(acme).get(user=alice)
    job = drafted(theirs, f"{AT}members/", "members.remove", mine)
    assert told(job) == {alice.email: "This is the last owner. Hand the ownership over first."}
    join(organization=acme, user=charlie, actor=alice)
    grant_role(user=charlie, role=RoleName.ORGANIZATION_OWNER, scope=acme.access_scope, actor=alice)
    job = drafted(theirs, f"{AT}members/", "members.remove", mine)
    assert "do not hold yourself" in run(theirs, job)[alice.email]
    assert names(acme) == {"alice", "bob", "charlie"}


def test_roles_are_taken_back_and_granted_again(
    owner: Browser, acme: Any, alice: Any, robot: Any, hall: Any
) -> None:
    grant_role(user=robot, role=RoleName.TECHNICIAN, scope=Scope(acme.pk, hall.pk), actor=alice)
    before = set(RoleBinding.objects.values_list("key", flat=True))
    everyone = list(RoleBinding.objects.filter(organization=acme))
    job = drafted(owner, f"{AT}bindings/", "roles.revoke", *everyone)
    assert sorted(bool(why) for why in told(job).values()) == [False, False, True]
    run(owner, job)
    assert RoleBinding.objects.filter(organization=acme).count() == 1
    assert set(undo(owner, job).values()) == {""}
    assert set(RoleBinding.objects.values_list("key", flat=True)) == before


def test_a_role_that_is_gone_is_not_granted_again(
    owner: Browser, acme: Any, alice: Any, bob: Any
) -> None:
    own = create_custom_role(organization=acme, name="Own", permissions=["hubs:read"], actor=alice)
    held = grant_role(user=bob, role=own, scope=acme.access_scope, actor=alice)
    job = drafted(owner, f"{AT}bindings/", "roles.revoke", held)
    run(owner, job)
    own.delete()
    assert list(undo(owner, job).values()) == ["What this takes does not exist any more."]


def test_programs_are_disabled_and_enabled_again(
    owner: Browser, acme: Any, alice: Any, robot: Any
) -> None:
    wiki, _secret = create_application(
        organization=acme, name="Wiki", type="public", redirect_uris=["https://w.test/"], actor=alice
    )  # fmt: skip
    for path, kind, row in (
        ("service-accounts/", "service_accounts.disable", robot),
        ("applications/", "applications.disable", wiki),
    ):
        job = drafted(owner, AT + path, kind, row)
        run(owner, job)
        row.refresh_from_db()
        assert not row.is_active
        again = drafted(owner, AT + path, kind, row)
        assert list(told(again).values()) == ["This is disabled already."]
        undo(owner, job)
        row.refresh_from_db()
        assert row.is_active
    assert ServiceAccount.objects.of(acme).count() == Application.objects.of(acme).count() == 1


def test_tokens_are_revoked_by_their_organization_and_by_the_platform(
    owner: Browser, acme: Any, alice: Any, robot: Any, dora: Any
) -> None:
    grant_role(user=robot, role=RoleName.REPORTER, scope=acme.access_scope, actor=alice)
    tokens = [
        create_api_token(account=robot, name=name, actor=alice)[0]
        for name in ("one", "two", "three")
    ]
    job = drafted(owner, f"{AT}service-accounts/tokens/", "api_tokens.revoke", *tokens[:2])
    assert set(run(owner, job)) == {"Robot · one", "Robot · two"}
    admin = Browser().as_person(dora)
    every = drafted(admin, "api-tokens/", "api_tokens.revoke", everything="on")
    assert sorted(told(every).values()) == ["", *["This token is revoked already."] * 2]
    run(admin, every)
    assert not ApiToken.objects.everywhere(reason="test").filter(revoked_at=None).exists()


def test_sites_and_domains_are_given_up_and_a_site_with_hubs_stays(
    owner: Browser, acme: Any, alice: Any, hall: Any, enrol: Any
) -> None:
    enrol("S-1")
    create_site(organization=acme, name="Annex", actor=alice)
    claim_domain(organization=acme, name="acme.test", actor=alice)
    job = drafted(owner, f"{AT}sites/", "sites.remove", everything="on")
    assert told(job)["Hall"].startswith("There are hubs")
    said = run(owner, job)
    assert said == {"Annex": "", "Hall": "There are hubs at this site. Move them elsewhere first."}
    run(owner, drafted(owner, f"{AT}domains/", "domains.remove", everything="on"))
    assert [site.name for site in Site.objects.of(acme)] == ["Hall"]
    assert not Domain.objects.of(acme).exists()


def test_organizations_are_disabled_by_the_platform_alone_and_enabled_again(
    owner: Browser, acme: Any, other: Any, dora: Any
) -> None:
    answer = owner.post(
        "/admincenter/organizations/_all/choose/",
        {"work": "organizations.disable", "row": str(acme.pk)},
    )
    assert answer.status_code == 403
    assert AuditEvent.objects.filter(tag=Tag.ACCESS_REFUSED).count() == 1
    admin = Browser().as_person(dora)
    assert 'value="organizations.disable"' not in owner.get("/admincenter/organizations/").text
    job = drafted(admin, "organizations/_all/", "organizations.disable", acme, other)
    run(admin, job)
    assert not Organization.objects.filter(is_active=True).exists()
    undo(admin, job)
    assert Organization.objects.filter(is_active=True).count() == 2
