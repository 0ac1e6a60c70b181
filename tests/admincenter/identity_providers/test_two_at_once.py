"""Two administrators set the same provider up: neither overwrites unseen what the other has saved."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.access.models import Membership
from accounts.access.roles import RoleName
from accounts.access.services import grant_role
from accounts.federation.directory.forms import DirectoryForm
from accounts.federation.directory.models import Directory
from accounts.federation.enterprise.models import GroupRole, IdentityProvider
from accounts.federation.enterprise.services import set_roles
from accounts.federation.enterprise.services.roles import MOST
from accounts.federation.openid.models import OpenIdSettings
from accounts.federation.saml.forms import SamlForm
from accounts.federation.saml.models import SamlProvider, Source
from tests.accounts.federation.provider import CLIENT
from tests.conftest import Browser
from tests.races import at_once, real_database

__all__ = ["real_database"]

pytestmark = pytest.mark.django_db

AT = "/admincenter/identity-providers/acme/"


@pytest.fixture
def owner(alice: Any) -> Browser:
    return Browser().as_person(alice)


@pytest.fixture
def other_owner(acme: Any, charlie: Any) -> Browser:
    Membership.objects.create(organization=acme, user=charlie)
    grant_role(user=charlie, role=RoleName.ORGANIZATION_OWNER, actor=None, scope=acme.access_scope)
    return Browser().as_person(charlie)


def page_of(form: Any) -> dict[str, Any]:
    """What a browser sends of a page on which nobody typed anything."""
    sent = {}
    for name, field in form.fields.items():
        value = field.widget.format_value(form[name].value())
        value = value[0] if isinstance(value, list) else value
        if value not in (None, False, "False"):
            sent[name] = "on" if value in (True, "True") else str(value)
    return sent


def opened(browser: Browser, path: str) -> dict[str, Any]:
    return page_of(browser.get(path).context["form"])


class TestSettings:
    def test_of_an_openid_provider_what_the_other_has_changed_stays(
        self, owner: Browser, other_owner: Browser, provider: Any
    ) -> None:
        path = f"{AT}{provider.pk}/steps/settings/"
        mine, theirs = opened(owner, path), opened(other_owner, path)
        assert "secret" not in mine
        theirs |= {"scopes": "openid email groups", "secret": "theirs"}
        assert other_owner.post(path, theirs).status_code == 302
        assert owner.post(path, mine | {"acr_values": "urn:high"}).status_code == 302
        row = OpenIdSettings.objects.get(provider=provider)
        assert (row.scopes, row.acr_values) == ("openid email groups", "urn:high")
        assert row.secret == "theirs"
        # Both have changed this one.
        refused = owner.post(path, mine | {"scopes": "openid"})
        assert refused.status_code == 400
        assert "changed this to “openid email groups”" in refused.text
        assert CLIENT["secret"] not in refused.text

    def test_who_opened_it_before_it_was_set_up_at_all_is_told(
        self, owner: Browser, other_owner: Browser, acme: Any
    ) -> None:
        at = owner.post(f"{AT}create/", {"kind": "oidc", "name": "Keycloak"})["Location"]
        path = at.replace("values", "settings")
        mine, theirs = opened(owner, path), opened(other_owner, path)
        given = {"client_id": "them", "secret": "s", "issuer": "https://id.example.com"}
        assert other_owner.post(path, theirs | given).status_code == 302
        refused = owner.post(path, mine | given | {"client_id": "me"})
        assert refused.status_code == 400
        assert list(refused.context["form"].errors) == ["client_id"]

    def test_of_a_saml_provider_a_file_replaces_no_description_that_was_not_seen(self) -> None:
        known = SamlProvider(
            source=Source.FIELDS,
            entity_id="urn:idp",
            sign_on_url="https://idp.example/",
            certificates=["one\n"],
            context_classes=["urn:a"],
        )
        mine = page_of(SamlForm(known))
        known.entity_id, known.certificates = "urn:theirs", ["two\n"]
        form = SamlForm(known, mine | {"always_asks": "on"}, {})
        assert form.is_valid(), form.errors
        assert form.described["fields"]["entity_id"] == "urn:theirs"
        assert form.described["fields"]["certificates"] == "two"
        assert form.described["options"]["always_asks"]
        file = {"metadata": SimpleUploadedFile("idp.xml", b"<x/>")}
        assert list(SamlForm(known, mine, file).errors) == ["metadata"]

    def test_of_a_saml_provider_the_description_is_one_thing(self) -> None:
        """An address takes the place of all of it: neither it nor the fields are mixed with what the other gave."""
        address = {"metadata_url": "https://idp.example/metadata"}
        by_fields = {"entity_id": "urn:idp", "sign_on_url": "https://idp.example/"}
        here = SamlProvider(source=Source.FIELDS, **by_fields)
        there = SamlProvider(source=Source.URL, **address)
        renewed = SamlProvider(source=Source.FIELDS, **by_fields | {"entity_id": "urn:theirs"})
        for opened, now, typed in (
            (here, there, {"sign_on_url": "https://mine.example/"}),
            (here, renewed, address),
            (there, here, {"metadata_url": "https://mine.example/metadata"}),
        ):
            form = SamlForm(now, page_of(SamlForm(opened)) | typed, {})
            assert not form.is_valid()
            again = SamlForm(now, page_of(form), {})
            assert again.is_valid(), again.errors
            told = again.described
            assert (
                typed.items() <= (told["fields"] | {"metadata_url": told["metadata_url"]}).items()
            )
            assert told["source"] == (Source.URL if "metadata_url" in typed else Source.FIELDS)

    def test_of_a_directory_neither_the_password_is_marked_nor_a_certificate_lost(self) -> None:
        row = Directory(servers=[], bind_name="cn=mago", base="dc=example", ca="one")
        row.bind_password = "hush"
        mine = page_of(DirectoryForm(row))
        assert "bind_password" not in mine
        assert "bind_password" not in mine["opened"]
        row.ca, row.base = "two", "ou=people"
        mine |= {"servers": "dc1.example.com"}
        file = {"ca": SimpleUploadedFile("ca.pem", b"three")}
        form = DirectoryForm(row, mine, {})
        assert form.is_valid(), form.errors
        assert (form.values()["ca"], form.values()["base"]) == ("two", "ou=people")
        assert list(DirectoryForm(row, mine, file).errors) == ["ca"]
        assert list(DirectoryForm(row, mine | {"public_ca": "on"}, {}).errors) == ["public_ca"]


class TestGroups:
    def rows(self, provider: Any) -> list[tuple[str, str]]:
        return list(provider.group_roles.order_by("group", "role").values_list("group", "role"))

    @pytest.fixture
    def path(self, owner: Browser, provider: Any) -> str:
        path = f"{AT}{provider.pk}/roles/"
        sent = {"group_0": "Chiefs", "role_0": "reporter", "group_1": "Ops", "role_1": "operator"}
        assert owner.post(path, sent).status_code == 302
        return path

    def test_rows_that_the_other_has_added_removed_or_changed_stay(
        self, owner: Browser, other_owner: Browser, provider: Any, path: str
    ) -> None:
        mine, theirs = opened(owner, path), opened(other_owner, path)
        # A row between those two, another role of Ops, and one for everybody.
        theirs |= {"group_2": "Doctors", "role_2": "guest", "role_1": "technician"}
        assert other_owner.post(path, theirs | {"default_role": "guest"}).status_code == 302
        mine |= {"group_2": "Nurses", "role_2": "guest", "group_0": "", "role_0": ""}
        assert owner.post(path, mine).status_code == 302
        provider.refresh_from_db()
        assert provider.default_role == "guest"
        assert self.rows(provider) == [
            ("Doctors", "guest"),
            ("Nurses", "guest"),
            ("Ops", "technician"),
        ]

    def test_of_a_group_that_both_have_changed_the_other_is_shown_first(
        self, owner: Browser, other_owner: Browser, provider: Any, path: str
    ) -> None:
        mine, theirs = opened(owner, path), opened(other_owner, path)
        assert other_owner.post(path, theirs | {"role_1": "technician"}).status_code == 302
        refused = owner.post(path, mine | {"role_1": "guest"})
        assert refused.status_code == 400
        assert "changed the roles of “Ops” to “Technician”" in refused.text
        assert ("Ops", "technician") in self.rows(provider)
        again = page_of(refused.context["form"])
        assert owner.post(path, again).status_code == 302
        assert self.rows(provider) == [("Chiefs", "reporter"), ("Ops", "guest")]

    def test_a_table_of_as_many_groups_as_there_may_be_is_saved(
        self, owner: Browser, provider: Any, path: str
    ) -> None:
        groups = [(f"Group {number:03}", "guest") for number in range(MOST)]
        set_roles(provider=provider, groups=groups, default_role="", actor=None)
        mine = opened(owner, path) | {"group_0": "", "role_0": ""}
        assert owner.post(path, mine).status_code == 302
        assert self.rows(provider) == groups[1:]

    def test_rows_are_not_lost_where_the_other_has_left_fewer(
        self, owner: Browser, other_owner: Browser, provider: Any, path: str
    ) -> None:
        mine = opened(owner, path)
        assert other_owner.post(path, {}).status_code == 302
        mine |= {"group_6": "Nurses", "role_6": "guest"}
        assert owner.post(path, mine).status_code == 302
        assert self.rows(provider) == [("Nurses", "guest")]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("group", ["staff", "staff-{}"])
def test_of_two_sets_of_roles_at_one_moment_one_holds_and_not_both_together(
    real_database: None, provider: Any, group: str
) -> None:
    """Nor does the second find the rows of the first in its way."""

    def save(number: int) -> None:
        set_roles(
            provider=IdentityProvider.objects.of(provider.organization_id).get(pk=provider.pk),
            groups=[(group.format(number), "guest")],
            default_role="",
            actor=None,
        )

    for _turn in range(3):
        at_once(save)
        assert GroupRole.objects.filter(provider=provider).count() == 1
