"""Our keys of an organization: made on first use, and changed without anybody being locked out."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access.permissions import Permission
from accounts.access.services import demand_permission
from accounts.models import User
from accounts.organizations.models import Organization
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Conflict

from ..models import OwnKey
from ..selectors import keys_of

State = OwnKey.State


def current_key(organization: Organization) -> OwnKey:
    """The key that signs; made where there is none yet."""
    found = keys_of(organization).get(State.CURRENT)
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return _make(organization, State.CURRENT, actor=None)
    except IntegrityError:
        # Another request was quicker.
        return keys_of(organization)[State.CURRENT]


def prepare_key(*, organization: Organization, actor: User | None) -> OwnKey:
    """The next key stands in the metadata beside the current one. Conflict where one stands there."""
    _demand(organization, actor)
    current_key(organization)
    try:
        with transaction.atomic():
            return _make(organization, State.NEXT, actor=actor)
    except IntegrityError:
        words = _(
            "The next key is there already: have the providers read the metadata, then use it."
        )
        raise Conflict(words, code="key_prepared") from None


@transaction.atomic
def activate_key(*, organization: Organization, actor: User | None) -> None:
    """The next key signs from now on, and the former still opens what is encrypted for it. Conflict without a next one."""
    _demand(organization, actor)
    rows = OwnKey.objects.of(organization)
    keys = {key.state: key for key in rows.select_for_update()}
    if State.NEXT not in keys:
        raise Conflict(_("Prepare the next key first."), code="no_next_key")
    rows.filter(state=State.PREVIOUS).delete()
    # In this order, as there is one of each state at any moment.
    rows.filter(state=State.CURRENT).update(state=State.PREVIOUS)
    rows.filter(state=State.NEXT).update(state=State.CURRENT)
    _tell(Tag.SAML_KEY_ACTIVATED, keys[State.NEXT], actor)


@transaction.atomic
def retire_key(*, organization: Organization, actor: User | None) -> None:
    """The previous key opens nothing any more. Conflict where there is none."""
    _demand(organization, actor)
    rows = OwnKey.objects.of(organization).filter(state=State.PREVIOUS)
    found = rows.select_for_update().first()
    if found is None:
        raise Conflict(_("There is no previous key."), code="no_previous_key")
    rows.delete()
    _tell(Tag.SAML_KEY_RETIRED, found, actor)


def _demand(organization: Organization, actor: User | None) -> None:
    """`actor` None is a command of the operator's."""
    if actor is not None:
        demand_permission(actor, Permission.IDENTITY_PROVIDERS_EDIT, organization)


def _make(organization: Organization, state: str, *, actor: User | None) -> OwnKey:
    from ..protocol.keys import make_key, read_certificate

    private_key, certificate = make_key(f"Mago {organization.slug}", timezone.now())
    key: OwnKey = OwnKey.objects.create(
        organization=organization,
        state=state,
        private_key=private_key,
        certificate=certificate,
        expires_at=read_certificate(certificate).expires_at,
    )
    _tell(Tag.SAML_KEY_CREATED, key, actor)
    return key


def _tell(tag: Tag, key: OwnKey, actor: User | None) -> None:
    record(
        tag,
        actor=actor,
        target=key,
        organization_id=key.organization_id,
        fingerprint=key.fingerprint,
        state=key.state,
    )
