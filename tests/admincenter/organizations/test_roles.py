"""Roles and conditions: granted, taken back, made, changed after a look at the consequences; explained."""

import json
from typing import Any

import pytest

from accounts.access import dry_run
from accounts.access.models import Condition, CustomRole, Membership, RoleBinding
from accounts.access.permissions import Permission
from accounts.access.roles import RoleName
from accounts.access.scope import PLATFORM, Scope
from accounts.access.selectors.bindings import live_bindings
from accounts.access.selectors.decisions import can
from accounts.access.services import create_condition, grant_role
from accounts.models import User
from accounts.organizations.models import Site
from admincenter.sections.organizations.forms.fields import IN_ORGANIZATIONS
from admincenter.sections.organizations.forms.permissions import ABOUT, in_groups, words_of
from tests.conftest import Browser

AT = "/admincenter/organizations/acme/"
RULE = {"email_domain": ["example.com"]}
NEVER = {"email_domain": ["example.org"]}


def fresh(person: Any) -> User:
    return User.objects.get(pk=person.pk)


def grant(browser: Any, **fields: str) -> Any:
    return browser.post(f"{AT}bindings/grant/", {"member": "", "role": "operator", **fields})


def test_a_role_is_granted_at_a_site_and_taken_back(
    owner: Any, acme: Any, bob: Any, hall: Any
) -> None:
    grant(owner, member="bob@example.com", role="technician", site=str(hall.pk))
    assert can(fresh(bob), Permission.HUBS_REBOOT, hall)
    assert not can(fresh(bob), Permission.HUBS_REBOOT, acme)
    binding = RoleBinding.objects.get(user=bob, site=hall)
    owner.post(f"{AT}bindings/{binding.pk}/revoke/")
    assert can(fresh(bob), Permission.HUBS_REBOOT, hall)  # no reason was given
    owner.post(f"{AT}bindings/{binding.pk}/revoke/", {"reason": "moved"})
    assert not can(fresh(bob), Permission.HUBS_REBOOT, hall)


def test_the_list_says_where_a_role_counts_and_asks_others_for_a_reason(
    owner: Any, alice: Any, bob: Any, hall: Any
) -> None:
    grant(owner, member="bob@example.com", role="technician", site=str(hall.pk))
    theirs = RoleBinding.objects.get(user=bob, site=hall)
    page = owner.get(f"{AT}bindings/").text
    assert f"<td><bdi>{hall.name}</bdi></td>" in page
    assert "<td>the whole organization</td>" in page
    assert f'id="reason-{theirs.pk}" maxlength="300" required' in page
    # Of one's own role no reason is asked.
    mine = RoleBinding.objects.get(user=alice)
    assert f'<div class="field" hidden><label for="reason-{mine.pk}"' in page
    assert f'id="reason-{mine.pk}" maxlength="300" disabled' in page
    assert f'action="{AT}bindings/{mine.pk}/revoke/"' in page


def test_a_service_account_gets_a_role_of_the_organizations_own(
    owner: Any, robot: Any, night_shift: Any
) -> None:
    grant(owner, service_account=str(robot.pk), role=str(night_shift.pk))
    assert [binding.role_name for binding in live_bindings(robot)] == ["Night shift"]


def test_a_role_can_end_and_stand_under_a_condition(
    owner: Any, acme: Any, alice: Any, bob: Any
) -> None:
    condition = create_condition(organization=acme, name="Ours", rule=RULE, actor=alice)
    fields = {"condition": str(condition.pk), "expires_at": "2999-01-01"}
    grant(owner, member="bob@example.com", **fields)
    binding = RoleBinding.objects.get(user=bob, role=RoleName.OPERATOR)
    assert binding.condition == condition
    assert f"{binding.expires_at:%Y}" == "2999"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"member": ""}, "member"),
        ({"member": "charlie@example.com"}, "member"),
        ({"member": "bob@example.com", "role": "platform-administrator"}, "role"),
        ({"member": "bob@example.com", "expires_at": "2001-01-01"}, "expires_at"),
    ],
)
def test_what_cannot_be_granted_is_said_beside_its_field(
    owner: Any, other: Any, fields: dict[str, str], wrong: str
) -> None:
    response = grant(owner, **fields)
    assert response.status_code == 400
    assert list(response.context["form"].errors) == [wrong]


def test_a_site_administrator_grants_at_that_site_only(
    acme: Any, hall: Any, bob: Any, owner: Any
) -> None:
    grant(owner, member="bob@example.com", role="site-administrator", site=str(hall.pk))
    browser = Browser().as_person(bob)
    here = {"member": "alice@example.com", "role": "guest"}
    assert grant(browser, **here, site=str(hall.pk)).status_code == 302
    assert grant(browser, **here).status_code == 403


class TestCustomRole:
    def test_is_made_and_deleted(self, owner: Any, acme: Any) -> None:
        fields = {"name": "Porter", "permissions": ["hubs:read", "hubs:reboot"]}
        owner.post(f"{AT}roles/create/", fields)
        role = CustomRole.objects.of(acme).get()
        assert role.permissions == ["hubs:read", "hubs:reboot"]
        owner.post(f"{AT}roles/{role.pk}/delete/")
        assert not CustomRole.objects.of(acme).exists()

    def test_who_would_lose_what_is_shown_before_it_is_saved(
        self, owner: Any, acme: Any, bob: Any, night_shift: Any
    ) -> None:
        grant_role(user=bob, role=night_shift, actor=None, scope=acme.access_scope)
        fields: dict[str, Any] = {"name": "Night shift", "permissions": ["hubs:read"]}
        response = owner.post(f"{AT}roles/{night_shift.pk}/", fields)
        ((change, places),) = response.context["changes"]
        assert (change.who, change.losses) == (bob, ["hubs:reboot"])
        assert places == ["the whole organization"]
        night_shift.refresh_from_db()
        assert "hubs:reboot" in night_shift.permissions
        fields["seen"] = response.context["form"]["seen"].value()
        assert owner.post(f"{AT}roles/{night_shift.pk}/", fields).status_code == 302
        night_shift.refresh_from_db()
        assert night_shift.permissions == ["hubs:read"]

    def test_what_was_shown_for_something_else_does_not_count(
        self, owner: Any, acme: Any, bob: Any, night_shift: Any
    ) -> None:
        grant_role(user=bob, role=night_shift, actor=None, scope=acme.access_scope)
        fields: dict[str, Any] = {"name": "Night shift", "permissions": ["hubs:read"]}
        shown = owner.post(f"{AT}roles/{night_shift.pk}/", fields)
        fields |= {"permissions": ["sites:edit"], "seen": shown.context["form"]["seen"].value()}
        assert owner.post(f"{AT}roles/{night_shift.pk}/", fields).context["changes"]

    def test_what_somebody_else_has_saved_meanwhile_is_shown_too_and_stays(
        self, owner: Any, acme: Any, bob: Any, charlie: Any, night_shift: Any
    ) -> None:
        grant_role(user=bob, role=night_shift, actor=None, scope=acme.access_scope)
        Membership.objects.create(organization=acme, user=charlie)
        grant_role(
            user=charlie, role=RoleName.ORGANIZATION_OWNER, actor=None, scope=acme.access_scope
        )
        path = f"{AT}roles/{night_shift.pk}/"
        opened = owner.get(path).context["form"]["opened"].value()
        fields: dict[str, Any] = {"name": "Late shift", "permissions": night_shift.permissions}
        assert Browser().as_person(charlie).post(path, fields).status_code == 302
        fields = {"name": "Night shift", "permissions": ["hubs:read"], "opened": opened}
        form = owner.post(path, fields).context["form"]
        assert form["name"].value() == "Late shift"
        again = {name: form[name].value() for name in ("name", "permissions", "opened", "seen")}
        assert owner.post(path, again).status_code == 302
        night_shift.refresh_from_db()
        assert (night_shift.name, night_shift.permissions) == ("Late shift", ["hubs:read"])

    def test_what_concerns_nobody_is_saved_at_once(self, owner: Any, night_shift: Any) -> None:
        fields = {"name": "Night", "permissions": ["hubs:read"]}
        assert owner.post(f"{AT}roles/{night_shift.pk}/", fields).status_code == 302


class TestCondition:
    def test_is_made_from_its_text(self, owner: Any, acme: Any) -> None:
        fields = {"name": "Ours", "rule": json.dumps(RULE)}
        assert owner.post(f"{AT}conditions/create/", fields).status_code == 302
        assert Condition.objects.of(acme).get().rule == RULE

    @pytest.mark.parametrize(
        "rule", ["", "{", '{"network": ["x"]}', "[]", '{"moon": 1}', "[" * 4000]
    )
    def test_what_is_wrong_stands_beside_the_rule(self, owner: Any, acme: Any, rule: str) -> None:
        response = owner.post(f"{AT}conditions/create/", {"name": "Ours", "rule": rule})
        assert response.status_code == 400
        assert list(response.context["form"].errors) == ["rule"]

    def test_who_would_lose_what_is_shown_before_it_is_saved(
        self, owner: Any, acme: Any, alice: Any, bob: Any
    ) -> None:
        condition = create_condition(organization=acme, name="Ours", rule=RULE, actor=alice)
        scope = acme.access_scope
        grant_role(user=bob, role=RoleName.OPERATOR, actor=None, scope=scope, condition=condition)
        fields = {"name": "Ours", "rule": json.dumps(NEVER)}
        response = owner.post(f"{AT}conditions/{condition.pk}/", fields)
        ((change, _places),) = response.context["changes"]
        # What bob holds as a reporter besides, he keeps.
        assert (change.who, change.losses) == (bob, ["hubs:operate"])
        fields["seen"] = response.context["form"]["seen"].value()
        assert owner.post(f"{AT}conditions/{condition.pk}/", fields).status_code == 302
        assert not can(fresh(bob), Permission.HUBS_OPERATE, acme)

    def test_what_it_would_change_at_sites_is_told_once_with_their_names(
        self, owner: Any, acme: Any, bob: Any, hall: Any
    ) -> None:
        for name, country in (("Roma", "IT"), ("Zurich", "CH")):
            Site.objects.create(organization=acme, name=name, attributes={"country": country})
        path, fields = self.of_a_country(acme, bob, "IT")
        response = owner.post(path, fields)
        rows = [(c.gains, c.losses, places) for c, places in response.context["changes"]]
        operate = ["hubs:operate"]
        assert rows == [([], operate, ["Hall", "Roma"]), (operate, [], ["Zurich"])]
        assert "There is more" not in response.text

    def test_what_could_not_all_be_looked_at_is_not_saved_silently(
        self, owner: Any, acme: Any, bob: Any, monkeypatch: Any
    ) -> None:
        for name in ("Alba", "Bari"):
            Site.objects.create(organization=acme, name=name)
        monkeypatch.setattr(dry_run, "MOST_PLACES", 1)
        path, fields = self.of_a_country(acme, bob, "FR")
        response = owner.post(path, fields)
        assert not response.context["changes"]
        assert "There is more than can be looked at" in response.text
        fields["seen"] = response.context["form"]["seen"].value()
        assert owner.post(path, fields).status_code == 302

    def of_a_country(self, acme: Any, bob: Any, country: str) -> tuple[str, dict[str, str]]:
        """bob operates at sites of that country; the page, and what changes it to another one."""
        asked = {"name": "site.country", "any_of": [country]}
        condition = Condition.objects.create(
            organization=acme, name="Country", rule={"attribute": asked}
        )
        scope = acme.access_scope
        grant_role(user=bob, role=RoleName.OPERATOR, actor=None, scope=scope, condition=condition)
        rule = json.dumps({"attribute": asked | {"any_of": ["CH"]}})
        return f"{AT}conditions/{condition.pk}/", {"name": "Country", "rule": rule}


class TestExplain:
    def ask(self, browser: Any, **query: str) -> Any:
        return browser.get(f"{AT}explain/", {"permission": "hubs:reboot", **query})

    def test_says_why_not(self, owner: Any, acme: Any, bob: Any, hall: Any) -> None:
        scope = Scope(acme.pk, hall.pk)
        grant_role(user=bob, role=RoleName.TECHNICIAN, actor=None, scope=scope)
        answer = self.ask(owner, member="bob@example.com")
        context = answer.context
        assert not context["decision"]
        assert "Refused: Bob" in answer.text
        assert "It holds elsewhere." in answer.text
        reasons = [one.reason for one in context["looked"]]
        assert reasons == ["This role does not hold the permission.", "It holds elsewhere."]
        context = self.ask(owner, member="bob@example.com", site=str(hall.pk)).context
        assert context["decision"]
        assert context["looked"][1].allows

    def test_says_who_may(self, owner: Any, alice: Any) -> None:
        who = self.ask(owner).context["who_can"]
        assert [binding.user for binding in who] == [alice]

    def test_says_nothing_of_strangers(self, owner: Any, other: Any, charlie: Any) -> None:
        assert self.ask(owner, member="charlie@example.com").status_code == 400

    def test_asks_about_who_holds_a_role_on_the_platform_for_who_reads_people(
        self, owner: Any, acme: Any, dora: Any, person: Any
    ) -> None:
        eve = person("eve")
        grant_role(user=eve, role=RoleName.TECHNICIAN, actor=None, scope=PLATFORM)
        query = {"member": "eve@example.com"}
        assert self.ask(owner, **query).status_code == 400
        answer = self.ask(Browser().as_person(dora), **query)
        assert answer.context["principal"] == eve
        assert answer.context["decision"]
        words = "Whoever holds a role on the platform that allows this may do it too."
        assert words in answer.text

    def test_judges_a_service_account_by_its_token(self, owner: Any, acme: Any, robot: Any) -> None:
        scope = acme.access_scope
        grant_role(user=robot, role=RoleName.ORGANIZATION_OWNER, actor=None, scope=scope)
        query = {"service_account": str(robot.pk)}
        assert self.ask(owner, **query).context["decision"]
        assert not self.ask(owner, **query, permission="roles:bind").context["decision"]


def test_each_permission_of_an_organization_has_words_of_its_own() -> None:
    assert {str(one).partition(":")[0] for one in IN_ORGANIZATIONS} == set(ABOUT)
    for about, some in in_groups(IN_ORGANIZATIONS):
        said = [str(words_of(one)) for one in some]
        assert len(said) == len(set(said)), about


def test_a_role_is_put_together_from_permissions_in_words_by_what_they_are_about(
    owner: Any,
) -> None:
    page = owner.get(f"{AT}roles/create/").text
    hubs = page.partition("<legend>Hubs</legend>")[2].partition("</fieldset>")[0]
    assert "<span>Restart <code>hubs:reboot</code></span>" in hubs
    assert hubs.index("hubs:read") < hubs.index("hubs:edit")
    assert '<optgroup label="Hubs">' in owner.get(f"{AT}explain/").text
    matrix = owner.get(f"{AT}roles/").text
    assert '<th scope="rowgroup" colspan="8">Hubs</th>' in matrix
    assert '<th scope="row">Restart <code>hubs:reboot</code></th>' in matrix
