"""Members: found, invited, removed; ownership handed over."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from accounts.access.models import Invitation, Membership
from accounts.access.selectors.in_charge import owners_of
from accounts.access.selectors.members import is_member
from accounts.mfa.models import EmailDevice, TotpDevice
from accounts.models import User
from admincenter.bulk.memberships import Members
from tests.admincenter.api.conftest import app_of, nothing_is_remembered

__all__ = ["app_of", "nothing_is_remembered"]

AT = "/admincenter/organizations/acme/"


def said(response: Any) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def membership(acme: Any, person: Any) -> Membership:
    return Membership.objects.of(acme).get(user=person)  # type: ignore[no-any-return]


def test_shows_members_with_their_roles(owner: Any) -> None:
    page = owner.get(f"{AT}members/").content.decode()
    for word in ("alice@example.com", "bob@example.com", "Organization owner", "Reporter"):
        assert word in page


def test_who_sees_all_people_gets_from_a_member_to_the_person(
    owner: Any, admin: Any, acme: Any, bob: Any
) -> None:
    way = f'<a href="/admincenter/people/{bob.pk}/"><bdi>Bob</bdi></a>'
    assert way in admin.get(f"{AT}members/").text
    assert way not in owner.get(f"{AT}members/").text


def test_a_member_is_found_by_address(owner: Any) -> None:
    response = owner.get(f"{AT}members/", {"q": "BO"})
    assert [str(member) for member in response.context["rows"].rows] == ["Bob"]


def test_each_figure_of_members_leads_to_those_whom_it_counts(
    owner: Any, acme: Any, alice: Any, bob: Any, person: Any
) -> None:
    carol = person("carol")
    Membership.objects.create(organization=acme, user=carol)
    TotpDevice.objects.create(user=alice, name="app", key="k", confirmed=True)
    EmailDevice.objects.create(user=alice, name="mail", address=alice.email, confirmed=True)
    EmailDevice.objects.create(user=bob, name="mail", address=bob.email, confirmed=True)
    now = timezone.now()
    for user, ago in ((alice, 0), (bob, 3), (carol, 60)):
        User.objects.filter(pk=user.pk).update(last_login=now - timedelta(days=ago))

    def listed(href: str) -> set[str]:
        return {member.user.email for member in owner.get(href).context["rows"].rows}

    glance = owner.get(AT, {"period": "7d"})
    bars = {bar.label: listed(bar.href) for bar in glance.context["factors"] if bar.share}
    assert bars == {
        "Authenticator app": {alice.email},
        "Code by e-mail": {bob.email},
        "No second factor": {carol.email},
    }
    tiles = {tile.label: tile for tile in glance.context["tiles"]}
    assert tiles["Active members"].value == "2"
    assert listed(tiles["Active members"].href) == {alice.email, bob.email}
    assert listed(tiles["Second factors"].href) == {alice.email}
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert listed(f"{AT}members/?state=disabled") == {bob.email}
    assert listed(f"{AT}members/?state=factor-email") == set()
    assert listed(f"{AT}members/?state=active&q=carol") == {carol.email}


def test_who_only_reads_is_not_told_who_lacks_a_factor(
    reporter: Any, acme: Any, alice: Any, app_of: Any, bob: Any
) -> None:
    page = reporter.get(f"{AT}members/?state=without-factor")
    assert "state" not in page.context["filters"].fields
    assert len(page.context["rows"].rows) == 2
    at = f"organizations/{acme.pk}/members?state=without-factor"
    assert app_of(bob).get(at).status_code == 403
    assert len(app_of(alice).get(at).json()["results"]) == 2
    assert app_of(alice).get(at.replace("without-factor", "factor-totp")).json()["results"] == []


def test_of_very_many_members_the_newest_are_looked_at_and_a_job_takes_all(
    owner: Any, acme: Any, alice: Any, bob: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("admincenter.selectors.member_states.MOST", 1)
    (newest,) = owner.get(f"{AT}members/?state=without-factor").context["rows"].rows
    assert newest.user == bob
    assert len(Members(alice, acme).found(state="without-factor")) == 2


def test_more_members_take_no_more_queries(
    owner: Any, acme: Any, person: Any, django_assert_max_num_queries: Any
) -> None:
    for name in ("eve", "frank", "grace"):
        Membership.objects.create(organization=acme, user=person(name))
    # The session, policies and roles; the organization, its members and their roles, invitations.
    with django_assert_max_num_queries(7):
        page = owner.get(f"{AT}members/").text
    assert all(f"{name}@example.com" in page for name in ("eve", "frank", "grace"))


def test_an_invitation_goes_out_and_is_taken_back(owner: Any, acme: Any, mails: Any) -> None:
    fields = {"email": "Eve@example.com", "role": "operator", "site": ""}
    response = owner.post(f"{AT}members/invite/", fields)
    assert said(response) == "The invitation is on its way."
    assert mails("access/invitation", "eve@example.com")
    assert "eve@example.com" in owner.get(f"{AT}members/").content.decode()
    invitation = Invitation.objects.of(acme).get()
    owner.post(f"{AT}invitations/{invitation.pk}/revoke/")
    assert "eve@example.com" not in owner.get(f"{AT}members/").content.decode()


@pytest.mark.parametrize("email", ["bob@example.com", "nonsense", ""])
def test_what_is_wrong_stands_beside_the_address(owner: Any, email: str) -> None:
    fields = {"email": email, "role": "operator"}
    response = owner.post(f"{AT}members/invite/", fields)
    assert response.status_code == 400
    assert response.context["form"].errors["email"]


def test_a_member_is_removed_for_a_reason(owner: Any, acme: Any, bob: Any, events: Any) -> None:
    path = f"{AT}members/{membership(acme, bob).pk}/remove/"
    assert owner.post(path).context["form"].errors["reason"]
    assert is_member(bob, acme.pk)
    owner.post(path, {"reason": "Left the company"})
    assert not is_member(bob, acme.pk)
    assert events("access:member:removed")[-1].detail["reason"] == "Left the company"


def test_a_member_of_another_organization_is_not_found(
    owner: Any, other: Any, charlie: Any
) -> None:
    theirs = membership(other, charlie)
    assert owner.post(f"{AT}members/{theirs.pk}/remove/").status_code == 404
    assert is_member(charlie, other.pk)


def test_the_last_owner_stays_and_hears_why(owner: Any, acme: Any, alice: Any) -> None:
    response = owner.post(f"{AT}members/{membership(acme, alice).pk}/remove/")
    assert "This is the last owner" in said(response)
    assert is_member(alice, acme.pk)


def test_the_ownership_is_handed_over(owner: Any, acme: Any, bob: Any) -> None:
    owner.post(f"{AT}members/{membership(acme, bob).pk}/transfer/")
    assert list(owners_of(acme.pk)) == [bob]
