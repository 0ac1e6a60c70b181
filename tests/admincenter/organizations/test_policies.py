"""The page of sign-in policies: chosen from what is known, and what they demand together, with who demands it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.access.roles import RoleName
from accounts.organizations.models import SignInPolicy
from accounts.organizations.services import set_policy
from accounts.sessions.models import Session
from tests.conftest import Browser

AT = "/admincenter/organizations/acme/policies/"
FORM = {"role": "", "site": "", "strength": "", "idle_minutes": "", "absolute_minutes": ""}


@pytest.fixture(autouse=True)
def _by_password(owner: Any) -> None:
    """As if alice had typed her password."""
    Session.objects.update(method="password")


def test_methods_are_chosen_from_those_that_there_are(owner: Any, acme: Any) -> None:
    page = owner.get(f"{AT}create/").text
    boxes = re.findall(r'type="checkbox" name="methods" value="(\w+)"', page)
    assert {"password", "passkey", "saml", "ldap", "oidc"} <= set(boxes)
    sent = owner.post(f"{AT}create/", FORM | {"methods": ["saml", "password"]})
    assert sent.status_code == 302
    policy = SignInPolicy.objects.of(acme).get()
    assert policy.methods == ["password", "saml"]
    page = owner.get(f"{AT}{policy.pk}/").text
    assert re.findall(r'name="methods" value="(\w+)"[^>]* checked', page) == ["password", "saml"]
    assert owner.post(f"{AT}{policy.pk}/", FORM).status_code == 302
    assert SignInPolicy.objects.of(acme).get().methods is None


def test_a_new_policy_takes_no_other_ones_place(owner: Any, acme: Any) -> None:
    """What that one demands, and this one's author has not seen, would be demanded no more."""
    assert owner.post(f"{AT}create/", FORM | {"absolute_minutes": "600"}).status_code == 302
    refused = owner.post(f"{AT}create/", FORM | {"idle_minutes": "30"})
    assert refused.status_code == 409
    assert "There is a policy for these already." in refused.text
    policy = SignInPolicy.objects.of(acme).get()
    assert (policy.absolute_minutes, policy.idle_minutes) == (600, None)
    # For others there is another one.
    guests = FORM | {"role": "guest", "idle_minutes": "30"}
    assert owner.post(f"{AT}create/", guests).status_code == 302
    assert SignInPolicy.objects.of(acme).count() == 2


def test_what_is_no_method_is_refused_beside_its_field(owner: Any, acme: Any) -> None:
    page = owner.post(f"{AT}create/", FORM | {"methods": ["password", "telepathy"]})
    assert page.status_code == 400
    assert list(page.context["form"].errors) == ["methods"]
    assert not SignInPolicy.objects.of(acme).exists()


def rows(page: str) -> dict[str, list[str]]:
    """The cells of the table of what holds together, by whom it concerns."""
    table = page[page.index("Ends in any case") :]
    found = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in found]
    return {plain(first): [plain(cell) for cell in others] for first, *others in cells}


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_strictest_wins_and_the_page_says_whose_it_is(
    owner: Any, acme: Any, alice: Any, dora: Any, hall: Any
) -> None:
    assert rows(owner.get(AT).text) == {
        "Everybody": [
            "One factor set in Mago",
            "All set in Mago",
            "1 hour set in Mago",
            "24 hours set in Mago",
            "no set in Mago",
        ]
    }
    later = timezone.now() + timedelta(days=3)
    set_policy(organization=None, actor=dora, idle_minutes=30, methods=["password", "saml"])
    set_policy(organization=acme, actor=alice, idle_minutes=45, methods=["password", "passkey"])
    technician: Any = {"role": RoleName.TECHNICIAN, "site": hall}
    set_policy(organization=acme, actor=alice, strength=2, absolute_minutes=90, **technician)
    guest: Any = {"strength": 3, "grace_until": later, "single_session": True}
    set_policy(organization=acme, actor=alice, role=RoleName.GUEST, **guest)
    found = rows(owner.get(AT).text)
    both = ["Password Acme, Platform", "30 minutes Platform"]
    day = "24 hours set in Mago"
    assert found["Everybody"] == ["One factor set in Mago", *both, day, "no set in Mago"]
    site = "Acme · Hall · Technician"
    shorter = ["Two factors " + site, *both, "90 minutes " + site, "no set in Mago"]
    assert found["Technician · Hall"] == shorter
    coming = f"One factor set in Mago From {later:%Y-%m-%d %H:%M} (UTC). A factor that cannot be phished Acme · Guest"
    assert found["Guest"] == [coming, *both, day, "yes Acme · Guest"]


def test_a_role_in_the_whole_organization_answers_to_the_policy_of_each_site(
    owner: Any, acme: Any, alice: Any, hall: Any
) -> None:
    set_policy(organization=acme, actor=alice, idle_minutes=45, role=RoleName.GUEST)
    set_policy(organization=acme, actor=alice, idle_minutes=20, site=hall)
    set_policy(organization=acme, actor=alice, idle_minutes=5, site=hall, role=RoleName.OPERATOR)
    idle = {of: cells[2] for of, cells in rows(owner.get(AT).text).items()}
    assert idle == {
        "Everybody": "1 hour set in Mago",
        "Guest": "20 minutes Acme · Hall",
        "Everybody · Hall": "20 minutes Acme · Hall",
        "Operator · Hall": "5 minutes Acme · Hall · Operator",
    }


def test_more_policies_take_no_more_queries(
    owner: Any, acme: Any, alice: Any, django_assert_max_num_queries: Any
) -> None:
    for role in (RoleName.GUEST, RoleName.OPERATOR, RoleName.REPORTER, RoleName.TECHNICIAN):
        set_policy(organization=acme, actor=alice, idle_minutes=50, role=role)
    # The session, its policies (2), the roles, the organization; own policies, own roles, the platform's.
    with django_assert_max_num_queries(5 + 3):
        assert owner.get(AT).status_code == 200


def test_the_platform_has_a_page_of_its_own_and_its_demands_show_in_each_organization(
    owner: Any, acme: Any, dora: Any
) -> None:
    at, platform = "/admincenter/policies/", Browser().as_person(dora)
    role = RoleName.TECHNICIAN
    sent = platform.post(f"{at}create/", FORM | {"role": role, "absolute_minutes": "90"})
    assert (sent.status_code, sent.url) == (302, at)
    policy = SignInPolicy.objects.of_platform().get()
    assert (policy.role, policy.absolute_minutes) == (role, 90)
    by = "90 minutes Platform · Technician"
    assert [
        rows(one.get(path).text)["Technician"][3] for one, path in ((platform, at), (owner, AT))
    ] == [by, by]
    assert platform.post(f"{at}{policy.pk}/", FORM | {"idle_minutes": "5"}).status_code == 302
    # An organization's owner neither sees that page nor reaches the policy by way of the own ones.
    assert [owner.get(path).status_code for path in (at, f"{at}create/", f"{at}{policy.pk}/")] == [
        403
    ] * 3
    assert owner.post(f"{AT}{policy.pk}/remove/", {"reason": "stricter one"}).status_code == 404
    # Who came by a password demands no more than that of who administers the platform, from now on.
    strong = FORM | {"role": RoleName.PLATFORM_ADMINISTRATOR, "strength": "2"}
    assert platform.post(f"{at}create/", strong).status_code == 400
    platform.post(f"{at}{policy.pk}/remove/", {"reason": "stricter one"})
    assert not SignInPolicy.objects.of_platform().exists()
