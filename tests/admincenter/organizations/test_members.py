"""Members: found, invited, removed; ownership handed over."""

from typing import Any

import pytest
from django.contrib.messages import get_messages

from accounts.access.models import Invitation, Membership
from accounts.access.selectors.in_charge import owners_of
from accounts.access.selectors.members import is_member

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
