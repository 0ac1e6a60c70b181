"""Who comes by an organization's provider: known, new to a proved domain, or refused with a precise reason."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.access.models import Membership
from accounts.access.roles import RoleName
from accounts.access.scope import PLATFORM
from accounts.access.selectors.members import is_member
from accounts.access.services import grant_role
from accounts.federation.enterprise.models import EnterpriseIdentity, GroupRole, ProviderSession
from accounts.federation.enterprise.services import set_state
from accounts.models import User
from accounts.organizations.models import Domain, SignInPolicy
from accounts.organizations.services import set_policy
from mago.audit.models import AuditEvent
from mago.audit.tags import Tag
from tests.accounts.mfa.conftest import code_of, totp_of
from tests.conftest import Browser

from .conftest import asserted, is_in, organization_with, provider_in, session_row

__all__ = ["totp_of"]

pytestmark = pytest.mark.django_db


def refusals() -> list[str]:
    rows = AuditEvent.objects.filter(tag=Tag.ENTERPRISE_SIGN_IN_REFUSED).order_by("id")
    return [event.detail["reason"] for event in rows]


def test_somebody_new_of_a_proved_domain_has_an_account_a_membership_and_a_session(
    arrive: Any, provider: Any, acme: Any, browser: Browser
) -> None:
    answer = arrive(browser, provider, next_url="/accounts/sessions/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/sessions/")
    user = User.objects.get(email="ada@acme.example")
    assert (user.name, user.is_confirmed, user.has_usable_password()) == ("Ada", True, False)
    assert Membership.objects.of(acme).filter(user=user).exists()
    session = session_row(browser)
    assert (session.method, session.proofs, session.strength) == ("saml", "federated", 1)
    assert ProviderSession.objects.get().session_id == session.id
    assert is_in(browser)


def test_whoever_is_known_is_known_by_subject_and_not_by_address(
    arrive: Any, provider: Any, browser: Browser
) -> None:
    arrive(Browser(), provider)
    arrive(browser, provider, asserted("ada", email="somebody.else@elsewhere.example"))
    assert browser.get("/accounts/").context["user"].email == "ada@acme.example"
    arrive(Browser(), provider, asserted("ADA", email="ada.two@acme.example"))
    assert EnterpriseIdentity.objects.count() == 2


def test_a_renamed_person_keeps_the_account_under_the_new_address(
    arrive: Any, provider: Any, browser: Browser
) -> None:
    arrive(Browser(), provider)
    arrive(browser, provider, asserted("ada", email="ada.king@acme.example", name="Ada King"))
    user = User.objects.get(email="ada.king@acme.example")
    assert (user.name, EnterpriseIdentity.objects.get().user) == ("Ada King", user)


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"email": "ada@other.example"}, "foreign_domain"),
        ({"email": "ada@sub.acme.example"}, "foreign_domain"),
        ({"email": ""}, "no_address"),
        ({"email": "no address"}, "no_address"),
        ({"email_verified": False}, "address_unverified"),
        ({"subject": ""}, "no_identity"),
        ({"subject": "a\x00b"}, "no_identity"),
    ],
)
def test_nobody_comes_in_whom_the_organization_cannot_speak_for(
    arrive: Any, provider: Any, browser: Browser, told: Any, reason: str
) -> None:
    before = User.objects.count()
    page = arrive(browser, provider, asserted(**told))
    assert page.status_code == 403
    assert "You are not signed in" in page.text
    assert (refusals(), User.objects.count()) == ([reason], before)
    assert not is_in(browser)


def test_a_member_with_a_password_is_linked_and_keeps_the_account(
    arrive: Any, provider: Any, acme: Any, browser: Browser
) -> None:
    ada = User.objects.create_user("ada@acme.example", email_confirmed_at=timezone.now())
    Membership.objects.create(organization=acme, user=ada)
    arrive(browser, provider)
    assert browser.get("/accounts/").context["user"] == ada


def test_an_account_that_belongs_elsewhere_too_is_not_handed_over(
    arrive: Any, provider: Any, acme: Any, other: Any, browser: Browser
) -> None:
    ada = User.objects.create_user("ada@acme.example", email_confirmed_at=timezone.now())
    for organization in (acme, other):
        Membership.objects.create(organization=organization, user=ada)
    assert arrive(browser, provider).status_code == 403
    assert refusals() == ["account_elsewhere"]


def test_an_administrator_of_the_platform_is_not_handed_over(
    arrive: Any, provider: Any, browser: Browser
) -> None:
    ada = User.objects.create_user("ada@acme.example", email_confirmed_at=timezone.now())
    grant_role(user=ada, role=RoleName.PLATFORM_ADMINISTRATOR, actor=None, scope=PLATFORM)
    assert arrive(browser, provider).status_code == 403
    assert refusals() == ["account_elsewhere"]


def test_a_password_of_whoever_wrote_an_unconfirmed_address_opens_nothing_afterwards(
    arrive: Any, provider: Any, acme: Any, browser: Browser
) -> None:
    ada = User.objects.create_user("ada@acme.example", "a stranger chose this one")
    arrive(browser, provider)
    ada.refresh_from_db()
    assert (ada.is_confirmed, ada.has_usable_password()) == (True, False)


def test_without_provisioning_only_members_come_in(
    arrive: Any, acme: Any, alice: Any, browser: Browser
) -> None:
    provider = provider_in(acme, alice, provisions=False)
    assert arrive(browser, provider).status_code == 403
    assert refusals() == ["unknown_person"]
    ada = User.objects.create_user("ada@acme.example", email_confirmed_at=timezone.now())
    Membership.objects.create(organization=acme, user=ada)
    assert arrive(browser, provider).status_code == 302


@pytest.mark.parametrize("state", ["draft", "disabled"])
def test_nobody_comes_by_a_provider_that_is_closed(
    arrive: Any, provider: Any, alice: Any, browser: Browser, state: str
) -> None:
    arrive(browser, provider)
    assert is_in(browser)
    set_state(provider=provider, state=state, actor=alice)
    assert not is_in(browser)
    assert arrive(browser, provider).status_code == 403
    assert refusals() == ["provider_closed"]


def test_in_the_cloud_nobody_comes_by_a_provider_unless_the_platform_allows_it(
    arrive: Any, provider: Any, browser: Browser, settings: Any
) -> None:
    settings.MAGO_DEPLOYMENT = "cloud"
    assert arrive(browser, provider).status_code == 403


def test_groups_give_roles_and_take_them_but_none_that_was_granted_by_hand(
    arrive: Any, provider: Any, acme: Any, browser: Browser
) -> None:
    for group, role in (("Staff", "reporter"), ("Ops", "operator"), ("Hand", "technician")):
        GroupRole.objects.create(provider=provider, group=group, role=role)

    def roles() -> set[str]:
        return set(ada.role_bindings.values_list("role", flat=True))

    arrive(browser, provider, asserted(groups=("Staff", "Ops")))
    ada = User.objects.get(email="ada@acme.example")
    assert roles() == {"reporter", "operator"}
    scope = acme.access_scope
    grant_role(user=ada, role=RoleName.TECHNICIAN, actor=None, scope=scope)
    arrive(browser, provider, asserted(groups=("Staff", "Hand")))
    assert roles() == {"reporter", "technician"}
    # Groups count as they are written; a role by hand stays whatever becomes of the group.
    arrive(browser, provider, asserted(groups=("staff",)))
    assert roles() == {"technician"}


def test_whoever_has_left_the_group_that_may_enter_is_out_at_once(
    arrive: Any, acme: Any, alice: Any, browser: Browser
) -> None:
    provider = provider_in(acme, alice, required_groups=["Mago"], default_role="reporter")
    arrive(browser, provider, asserted(groups=("Mago",)))
    ada = User.objects.get(email="ada@acme.example")
    assert is_in(browser)
    assert arrive(Browser(), provider, asserted(groups=("Others",))).status_code == 403
    ada.refresh_from_db()
    assert (ada.is_active, ada.role_bindings.count(), is_member(ada, acme.pk)) == (False, 0, False)
    assert not is_in(browser)
    assert refusals() == ["not_in_group"]
    # And back with the group, under the same account.
    arrive(browser, provider, asserted(groups=("Mago",)))
    assert browser.get("/accounts/").context["user"] == ada


def test_the_second_factor_of_a_provider_counts_only_where_it_is_believed(
    arrive: Any, acme: Any, alice: Any, browser: Browser
) -> None:
    provider = provider_in(acme, alice)
    arrive(browser, provider, asserted(methods=("pwd", "mfa")))
    assert session_row(browser).strength == 1
    believed = provider_in(acme, alice, trusts_second_factor=True)
    grace = Browser()
    arrive(grace, believed, asserted("grace", methods=("pwd", "mfa")))
    assert (session_row(grace).proofs, session_row(grace).strength) == ("federated_factors", 2)
    heidi = Browser()
    arrive(heidi, believed, asserted("heidi", methods=("pwd",)))
    assert session_row(heidi).strength == 1


def test_a_policy_that_asks_for_two_factors_asks_who_showed_the_provider_one(
    arrive: Any, provider: Any, acme: Any, alice: Any, browser: Browser
) -> None:
    set_policy(
        organization=acme,
        actor=alice,
        strength=2,
        grace_until=timezone.now() + timedelta(minutes=1),
    )
    arrive(browser, provider)
    SignInPolicy.objects.of(acme).update(grace_until=timezone.now())
    answer = arrive(Browser(), provider)
    assert answer["Location"].startswith("/accounts/mfa/enrol")


def test_a_session_ends_when_the_provider_says_so_at_the_latest(
    arrive: Any, provider: Any, browser: Browser, time_machine: Any
) -> None:
    soon = timezone.now() + timedelta(minutes=20)
    arrive(browser, provider, asserted(session_expires_at=soon))
    time_machine.move_to(soon - timedelta(minutes=1), tick=False)
    assert is_in(browser)
    time_machine.move_to(soon + timedelta(seconds=1), tick=False)
    assert not is_in(browser)


def test_two_organizations_with_the_same_subject_issuer_and_address_stay_apart(
    arrive: Any, provider: Any, other: Any, charlie: Any
) -> None:
    """The provider of Other says the very same as Acme's does, and opens nothing of Acme."""
    theirs = provider_in(other, charlie)
    browser, thief = Browser(), Browser()
    arrive(browser, provider)
    assert arrive(thief, theirs).status_code == 403
    assert refusals() == ["foreign_domain"]
    assert arrive(thief, theirs, asserted(email="ada@other.example")).status_code == 302
    first, second = EnterpriseIdentity.objects.order_by("linked_at")
    assert (first.issuer, first.subject) == (second.issuer, second.subject)
    assert first.user != second.user
    assert thief.get("/accounts/").context["user"].email == "ada@other.example"


def test_a_domain_that_is_another_organizations_opens_nothing_though_it_was_claimed(
    arrive: Any, alice: Any, charlie: Any, browser: Browser
) -> None:
    organization_with("Acme", alice, "acme.example")
    other = organization_with("Other", charlie, "other.example")
    Domain.objects.create(organization=other, name="acme.example")
    assert arrive(browser, provider_in(other, charlie)).status_code == 403
    assert refusals() == ["foreign_domain"]


@pytest.mark.parametrize("ends", ["provider", "identity"])
def test_who_still_owes_a_second_factor_when_the_provider_ends_stays_out(
    arrive: Any, provider: Any, totp_of: Any, ends: str
) -> None:
    """On the way: the provider has vouched, the pipeline asks our own factor, and then the word is taken back."""
    arrive(Browser(), provider)
    ada, browser = User.objects.get(email="ada@acme.example"), Browser()
    factor = totp_of(ada)
    assert arrive(browser, provider)["Location"] == "/accounts/mfa/verify/"
    if ends == "provider":
        set_state(provider=provider, state="disabled", actor=None)
    else:
        EnterpriseIdentity.objects.update(ended_at=timezone.now())
    answer = browser.post(f"/accounts/mfa/verify/totp/{factor.pk}/", {"code": code_of(factor)})
    assert answer.status_code in (302, 400, 401, 403)
    assert not is_in(browser)
