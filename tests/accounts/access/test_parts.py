"""What belongs to an organization by another row is read in the scope of that row, or it is said why not."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch, Q

from accounts.access.models import RoleBinding, ServiceAccount
from accounts.access.tenancy import OutsideTenantScope, Part, TenantManager
from accounts.organizations.models import Organization
from accounts.provider.models import ApiToken
from accounts.standing.models import Lockdown

BY_ITS_SECRET = "it is found by what a caller shows, which nobody can guess"
BY_ITS_PERSON = "a person's own rows are theirs, whatever organization the other end is of"
BY_ITS_PROVIDER = (
    "read through its provider, which was found in scope, or by what that provider says"
)
BY_ITS_HUB = "read through its hub, which was found in scope or proved itself"
BY_ITS_APPLICATION = "read through its application, which was found in scope or proved itself"
OF_ALL_AT_ONCE = "written and read for all hubs at once, by the clock"
# Why the rows of these are read without a scope.
WITHOUT = {
    "directory.Directory": BY_ITS_PROVIDER,
    "directory.SyncChange": "read through its run, which was found through its provider",
    "directory.SyncRun": BY_ITS_PROVIDER,
    "enterprise.DomainRoute": "asked by the domain of whoever signs in, before they are of any organization",
    "enterprise.EnterpriseIdentity": BY_ITS_PERSON,
    "enterprise.ProvidedRole": "read through its provider or its binding",
    "enterprise.ProviderSession": BY_ITS_PERSON,
    "enterprise.SetupLink": BY_ITS_SECRET,
    "enterprise.SetupTrial": "found by the browser that began it",
    "hub_life.Hour": OF_ALL_AT_ONCE,
    "hub_life.Outage": OF_ALL_AT_ONCE,
    "hub_life.Presence": OF_ALL_AT_ONCE,
    "hub_operations.Assignment": "read through its task or its hub; fetched by hubs and ended by the clock",
    "hubs.ReconnectToken": BY_ITS_HUB,
    "openid.OpenIdAttempt": BY_ITS_SECRET,
    "openid.OpenIdSettings": BY_ITS_PROVIDER,
    "organizations.GraceReminder": "written and read for everybody at once, by the clock",
    "provider.AccessToken": BY_ITS_SECRET,
    "provider.AuthorizationCode": BY_ITS_SECRET,
    "provider.ClientToken": BY_ITS_SECRET,
    "provider.Consent": BY_ITS_PERSON,
    "provider.DeviceGrant": BY_ITS_SECRET,
    "provider.Participant": BY_ITS_PERSON,
    "provider.RefreshToken": BY_ITS_SECRET,
    "provider.TokenFamily": BY_ITS_PERSON,
    "provider.UsedAssertion": BY_ITS_APPLICATION,
    "saml.LogoutAttempt": BY_ITS_SECRET,
    "saml.Request": BY_ITS_SECRET,
    "security.Told": "written and read for all programmes at once, by the clock",
}

Query = Callable[[Any], Any]
# Which say of no account that they are about it.
UNSCOPED: dict[str, Query] = {
    "all": lambda rows: rows.all(),
    "of its own": lambda rows: rows.filter(name="Nightly"),
    "by its key": lambda rows: rows.filter(pk__isnull=False),
    "all others": lambda rows: rows.exclude(service_account__name="x"),
    "by a name": lambda rows: rows.filter(service_account__name="Robot"),
    "either": lambda rows: rows.filter(Q(service_account__in=[]) | Q(name="Nightly")),
    "not its": lambda rows: rows.filter(~Q(service_account__in=[])),
    "its own column": lambda rows: rows.filter(service_account=F("service_account")),
    "a count": lambda rows: rows.count(),
    "an update": lambda rows: rows.update(name="Mine"),
    "a deletion": lambda rows: rows.delete(),
    "inside another": lambda rows: ServiceAccount.objects.everywhere(reason="test").filter(
        Exists(rows.filter(name="Nightly"))
    ),
}


def made(name: str) -> ApiToken:
    organization = Organization.objects.create(name=name, slug=name.lower())
    account = ServiceAccount.objects.create(organization=organization, name="Robot")
    return ApiToken.objects.create(
        service_account=account,
        name="Nightly",
        digest=name,
        expires_at="2027-01-01T00:00:00Z",
    )


@pytest.fixture
def ours(db: None) -> ApiToken:
    return made("Acme")


@pytest.fixture
def theirs(db: None) -> ApiToken:
    return made("Umbra")


@pytest.mark.parametrize("query", UNSCOPED.values(), ids=UNSCOPED.keys())
def test_a_query_that_says_not_of_what_is_an_error(query: Query, ours: ApiToken) -> None:
    with pytest.raises(OutsideTenantScope):
        list(query(ApiToken.objects))
    assert ApiToken.objects.of(ours.service_account).get().name == "Nightly"


@pytest.mark.parametrize(
    "query",
    [
        ApiToken.objects.of,
        lambda one: ApiToken.objects.of(one.pk),
        lambda one: ApiToken.objects.filter(service_account=one),
        lambda one: ApiToken.objects.filter(service_account_id=one.pk, name="Nightly"),
        lambda one: ApiToken.objects.filter(name="Nightly").filter(service_account__in=[one]),
        lambda one: ApiToken.objects.filter(Q(name="Nightly") & Q(service_account=one)),
        lambda one: ApiToken.objects.filter(service_account__organization=one.organization),
        lambda one: ApiToken.objects.everywhere(reason="test").filter(service_account=one),
        lambda one: one.api_tokens.all(),
        lambda one: one.api_tokens.filter(name="Nightly").order_by("name"),
        lambda one: (
            ServiceAccount.objects.of(one.organization_id)
            .prefetch_related("api_tokens")
            .get()
            .api_tokens.all()
        ),
        lambda one: (
            ServiceAccount.objects.of(one.organization_id)
            .prefetch_related(Prefetch("api_tokens", ApiToken.objects.order_by("name")))
            .get()
            .api_tokens.all()
        ),
    ],
)
def test_to_filter_by_its_owner_is_to_name_it(
    query: Query, ours: ApiToken, theirs: ApiToken
) -> None:
    assert list(query(ours.service_account)) == [ours]


def test_a_query_inside_that_of_its_owner_is_in_the_scope_of_that(
    ours: ApiToken, theirs: ApiToken
) -> None:
    tokens = ApiToken.objects.filter(service_account=OuterRef("pk"))
    accounts = ServiceAccount.objects.of(ours.service_account.organization_id)
    assert list(accounts.filter(Exists(tokens))) == [ours.service_account]
    with pytest.raises(OutsideTenantScope):
        list(ServiceAccount.objects.filter(Exists(tokens)))


def test_nothing_is_part_of_none(db: None) -> None:
    with pytest.raises((OutsideTenantScope, ValueError)):
        list(ApiToken.objects.of(None))


def owners(model: Any, owned: set[Any]) -> set[str]:
    """The keys of a model without whose row there is none of its own, and that lead to what is owned."""
    strong = (models.CASCADE, models.PROTECT, models.RESTRICT)
    return {
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey)
        and field.related_model in owned
        and field.remote_field.on_delete in strong
    }


def belonging() -> dict[Any, set[str]]:
    """Every model of which rows belong to an organization by another row, and by which keys."""
    direct = {model for model in apps.get_models() if owners(model, {Organization})}
    owned, found = set(direct), set()
    while True:
        more = {m for m in apps.get_models() if m not in owned and owners(m, owned)}
        if not more:
            return {model: owners(model, owned) for model in found}
        owned |= more
        found |= more


def is_scoped(model: Any) -> bool:
    """By its owner's row, or by a scope of its own, as what programmes hold."""
    return issubclass(model, Part) or isinstance(model._default_manager, TenantManager)


def test_what_belongs_by_another_row_is_read_in_its_scope_or_says_why_not() -> None:
    found = belonging()
    assert {ApiToken, RoleBinding, Lockdown} & set(found) == {ApiToken}
    without = {model._meta.label for model in found if not is_scoped(model)}
    assert without - WITHOUT.keys() == set(), "give it a scope (Part), or say here why it has none"
    assert WITHOUT.keys() - without == set()


def test_a_part_says_of_what() -> None:
    parts = [model for model in apps.get_models() if issubclass(model, Part)]
    assert len(parts) > 10
    found = belonging()
    for model in parts:
        assert set(model.part_of) <= found[model], model
        assert isinstance(model._default_manager, type(ApiToken.objects)), model
