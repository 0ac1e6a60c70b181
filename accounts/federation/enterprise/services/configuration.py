"""Providers are made, changed, tried, put to work and removed, each with its audit row."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.access.permissions import Permission
from accounts.access.refusals import NotPermitted
from accounts.access.roles import PERMISSIONS, RoleName
from accounts.access.selectors.bindings import unconditional_permissions_of
from accounts.access.services import demand_permission
from accounts.models import User
from accounts.organizations.models import Organization
from mago.audit.pseudonyms import pseudonym
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Conflict, Forbidden, NotFound, Refused

from ..mapping import FIELDS
from ..models import OPEN, EnterpriseIdentity, IdentityProvider, Kind, State
from ..selectors import has_passed, is_on_for, newest_trial
from .departures import end_sessions_by, end_sessions_of

MOST = 20
# What an administrator sets of any kind of provider.
EDITABLE = (
    "name",
    "trusts_second_factor",
    "second_factor_values",
    "provisions",
    "allow_idp_initiated",
    "attribute_mapping",
    "required_groups",
)


@transaction.atomic
def create_provider(
    *, organization: Organization, kind: str, name: str, actor: User | None, slug: str = ""
) -> IdentityProvider:
    """The organization has a draft of that kind; nobody comes in by it yet. `actor` None is a command of the operator's.

    Forbidden where enterprise sign-on is off for the organization; Refused beside the field that is wrong.
    """
    if actor is not None:
        demand_permission(actor, Permission.IDENTITY_PROVIDERS_EDIT, organization)
    if not is_on_for(organization):
        raise Forbidden(
            _("Sign-in by an own provider is not enabled for this organization."),
            code="enterprise_off",
        )
    if kind not in Kind.values:
        words = _("There is no such kind.")
        raise Refused(words, code="bad_kind", fields={"kind": [words]})
    mine = IdentityProvider.objects.of(organization)
    if mine.count() >= MOST:
        raise Conflict(_("An organization has as many as this at most."), code="too_many")
    provider = IdentityProvider(
        organization=organization, kind=kind, name=name, slug=slug or _free_slug(organization, name)
    )
    try:
        with transaction.atomic():
            provider.save()
    except IntegrityError:
        words = _("This short name is taken.")
        raise Refused(words, code="name_taken", fields={"slug": [words]}) from None
    record(
        Tag.ENTERPRISE_PROVIDER_CREATED,
        actor=actor,
        target=provider,
        organization_id=organization.pk,
        kind=kind,
    )
    return provider


def _free_slug(organization: Organization, name: str) -> str:
    taken = set(IdentityProvider.objects.of(organization).values_list("slug", flat=True))
    wanted = slugify(name)[:40] or "provider"
    candidates = [wanted, *(f"{wanted}-{number}" for number in range(2, MOST + 2))]
    return next(one for one in candidates if one not in taken)


@transaction.atomic
def edit_provider(*, provider: IdentityProvider, actor: User | None, **values: Any) -> None:
    """What every kind has is as `values` say (`EDITABLE`). `actor` None is whoever holds a set-up link."""
    assert set(values) <= set(EDITABLE)
    provider = locked(provider)
    demand_to_edit(provider, actor)
    before = {name: getattr(provider, name) for name in values}
    values["attribute_mapping"] = {
        name: text
        for name, text in values.get("attribute_mapping", provider.attribute_mapping).items()
        if name in FIELDS and text
    }
    for name, value in values.items():
        setattr(provider, name, value)
    provider.save(update_fields=[*values, "updated_at"])
    touch(provider, actor=actor, before=before, after={name: values[name] for name in before})


def touch(provider: IdentityProvider, *, actor: User | None, **detail: Any) -> None:
    """The provider is another version from now on, with the row that says what was changed. Inside a transaction.

    `detail` is `before` and `after`, as far as they are no secret.
    """
    rows = IdentityProvider.objects.of(provider.organization_id).filter(pk=provider.pk)
    rows.update(version=F("version") + 1, updated_at=timezone.now())
    provider.refresh_from_db(fields=["version", "updated_at"])
    record(
        Tag.ENTERPRISE_PROVIDER_EDITED,
        actor=actor,
        target=provider,
        organization_id=provider.organization_id,
        **detail,
    )


@transaction.atomic
def set_state(*, provider: IdentityProvider, state: str, actor: User | None) -> None:
    """The provider lets in whom its state lets in; who came by one that is closed now is out at once."""
    _demand(provider, actor)
    provider = locked(provider)
    if actor is not None and state in OPEN:
        demand_to_vouch(actor, provider)
    before = provider.state
    if before == state:
        return
    provider.state = State(state)
    if provider.state == State.LIVE and provider.live_at is None:
        provider.live_at = timezone.now()
    provider.save(update_fields=["state", "live_at", "updated_at"])
    if provider.state not in OPEN:
        end_sessions_by(provider, reason="identity provider closed")
    record(
        Tag.ENTERPRISE_PROVIDER_STATE,
        actor=actor,
        target=provider,
        organization_id=provider.organization_id,
        before={"state": before},
        after={"state": state},
    )


def advance(*, provider: IdentityProvider, state: str, actor: User) -> None:
    """As `set_state`, step by step: people come in by what was tested as it is now. Conflict."""
    if state in OPEN:
        trial = newest_trial(provider)
        if trial is None or not has_passed(trial):
            words = _("Test it first as it is now: everything must be green.")
            raise Conflict(words, code="not_tested")
    if state == State.LIVE and provider.state == State.DRAFT:
        raise Conflict(_("Put it on trial first."), code="no_trial")
    set_state(provider=provider, state=state, actor=actor)


@transaction.atomic
def remove_identity(*, identity: EnterpriseIdentity, actor: User) -> None:
    """The provider opens the account no longer, and sessions by it are over; the account and its membership stay."""
    _demand(identity.provider, actor)
    end_sessions_of(identity.provider, identity.subject, issuer=identity.issuer, reason="removed")
    record(
        Tag.ENTERPRISE_IDENTITY_REMOVED,
        actor=actor,
        target=identity.user,
        organization_id=identity.provider.organization_id,
        provider=identity.provider.name,
        issuer=identity.issuer,
        subject=pseudonym(identity.subject, of=identity.user),
    )
    identity.delete()


@transaction.atomic
def remove_provider(*, provider: IdentityProvider, actor: User, reason: str = "") -> None:
    """The provider is gone, with its identities and the roles that it gave; who came by it is out at once."""
    _demand(provider, actor)
    provider = locked(provider)
    end_sessions_by(provider, reason="identity provider removed")
    record(
        Tag.ENTERPRISE_PROVIDER_REMOVED,
        actor=actor,
        target=provider,
        organization_id=provider.organization_id,
        kind=provider.kind,
        reason=reason,
    )
    provider.delete()


def locked(provider: IdentityProvider) -> IdentityProvider:
    """The provider as it is now, until this transaction ends; NotFound where it is gone."""
    rows = IdentityProvider.objects.of(provider.organization_id).filter(pk=provider.pk)
    found: IdentityProvider | None = rows.select_for_update(no_key=True).first()
    if found is None:
        raise NotFound
    return found


def demand_to_edit(provider: IdentityProvider, actor: User | None) -> None:
    """Forbidden unless `actor` may edit the provider as it is now. None is a command, or whoever holds a set-up link."""
    _demand(provider, actor)
    if actor is not None and provider.is_open:
        demand_to_vouch(actor, provider)


def demand_to_vouch(actor: User, provider: IdentityProvider) -> None:
    """Forbidden unless `actor` holds for good all that an owner does."""
    if not may_vouch(actor, provider):
        raise NotPermitted(
            actor,
            lambda: _(
                "A provider on trial or live says who everybody here is, also the owners. Ask an owner to do this."
            ),
            where=provider.access_scope,
            permission=Permission.IDENTITY_PROVIDERS_EDIT.value,
            code="not_yours_to_open",
        )


def may_vouch(actor: User, provider: IdentityProvider) -> bool:
    """Whether `actor` may have the provider speak for the owners: who holds less could come in as one of them, and who
    owns the organization for an hour, for ever."""
    held = unconditional_permissions_of(actor, provider.access_scope)
    return actor.is_active and PERMISSIONS[RoleName.ORGANIZATION_OWNER] <= held


def _demand(provider: IdentityProvider, actor: User | None) -> None:
    if actor is not None:
        demand_permission(actor, Permission.IDENTITY_PROVIDERS_EDIT, provider)
