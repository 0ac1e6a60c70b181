"""Applications are registered, changed, disabled and enabled, and given secrets."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access.models import ServiceAccount
from accounts.access.permissions import Permission
from accounts.access.principals import forget
from accounts.access.selectors.bindings import live_bindings
from accounts.access.services import demand_permission, demand_to_bind
from accounts.models import User
from accounts.organizations.models import Organization
from mago.audit import canonical
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Conflict, NotFound, Refused
from mago.core.ids import digest, new_secret

from ..models import Application, AuthMethod, ClientSecret
from ..registration import DEFAULT_GRANTS, DEFAULT_SCOPES, METHODS, problems
from .keys import signer_for

SECRET_PREFIX = "mago_cs_"  # noqa: S105
# By what it is somebody else, proves that it is, or may do more as that.
_ACTING = ("service_account_id", "jwks", "grants", "scopes")
_EDITABLE = (
    "name",
    "redirect_uris",
    "logout_uris",
    "backchannel_logout_uri",
    "grants",
    "scopes",
    "resources",
    "id_token_algorithm",
    "service_account",
    "jwks",
)


@transaction.atomic
def create_application(
    *,
    name: str,
    type: str,
    organization: Organization | None = None,
    actor: User | None,
    auth_method: str = "",
    **fields: Any,
) -> tuple[Application, str]:
    """The application may sign people in. Gives the row and, where it proves itself by one, its secret,
    which is never to be had again.

    Nobody as `actor` is the command line. Refused names the fields that are wrong.
    """
    if actor is not None:
        demand_permission(actor, Permission.APPLICATIONS_EDIT, organization)
    if type not in METHODS:
        raise _wrong("type", _("An application is public or confidential."))
    application = Application(
        organization=organization,
        name=name,
        type=type,
        auth_method=auth_method or METHODS[type][0],
        grants=list(fields.pop("grants", None) or DEFAULT_GRANTS),
        scopes=list(fields.pop("scopes", None) or DEFAULT_SCOPES),
        created_by=actor,
    )
    _fill(application, fields, actor)
    secret = ""
    if application.auth_method == AuthMethod.SECRET:
        secret = _add_secret(application, slot=1, actor=actor)
    after = {"auth_method": application.auth_method} | _told(application)
    filled = {name: value for name, value in after.items() if value}
    _record(Tag.APPLICATION_CREATED, application, actor, type=type, after=filled)
    return application, secret


@transaction.atomic
def edit_application(*, application: Application, actor: User, **fields: Any) -> Application:
    """The application is as `fields` say; its type and how it proves itself stay. Refused names what is wrong.

    With other keys, or as somebody else, it has to ask for its own tokens anew.
    """
    demand_permission(actor, Permission.APPLICATIONS_EDIT, application)
    # As it is now: who has disabled it meanwhile has disabled it.
    rows = Application.objects.everywhere(reason="one row by its key")
    application.refresh_from_db(from_queryset=rows.select_for_update(no_key=True))
    was = _told(application)
    _fill(application, fields, actor)
    forget()
    after = {name: value for name, value in _told(application).items() if value != was[name]}
    before = {name: was[name] for name in after}
    _record(Tag.APPLICATION_EDITED, application, actor, before=before, after=after)
    return application


@transaction.atomic
def set_application_active(*, application: Application, active: bool, actor: User) -> None:
    """Its people can sign in to it, or none of its tokens counts from the next request on."""
    demand_permission(actor, Permission.APPLICATIONS_EDIT, application)
    if (
        not Application.objects.everywhere(reason="one row by its key")
        .filter(pk=application.pk, is_active=not active)
        .update(is_active=active)
    ):
        return
    application.is_active = active
    forget()
    _record(Tag.APPLICATION_ENABLED if active else Tag.APPLICATION_DISABLED, application, actor)


@transaction.atomic
def create_client_secret(*, application: Application, actor: User) -> str:
    """The application has a further secret, beside the one that is in use. Conflict where it has two.

    Forbidden for who could not grant what it acts as: whoever holds the secret is that service account.
    """
    demand_permission(actor, Permission.APPLICATIONS_EDIT, application)
    _demand_account(application, actor)
    if application.auth_method != AuthMethod.SECRET:
        raise Refused(_("This application does not prove itself by a secret."))
    taken = set(application.secrets.values_list("slot", flat=True))
    free = [slot for slot in (1, 2) if slot not in taken]
    full = Conflict(_("It has two secrets. Revoke the one that is no longer in use first."))
    if not free:
        raise full
    try:
        with transaction.atomic():
            secret = _add_secret(application, slot=free[0], actor=actor)
    except IntegrityError:
        raise full from None
    _record(Tag.CLIENT_SECRET_CREATED, application, actor)
    return secret


@transaction.atomic
def revoke_client_secret(*, application: Application, slot: int, actor: User) -> None:
    """The secret is refused from the next request on, and so is each token that the application has for itself.

    Which of its two secrets a token was had by is not kept: with the other one it is given a new one at once.
    """
    demand_permission(actor, Permission.APPLICATIONS_EDIT, application)
    if not application.secrets.filter(slot=slot).delete()[0]:
        raise NotFound
    application.client_tokens.all().delete()
    forget()
    _record(Tag.CLIENT_SECRET_REVOKED, application, actor)


def _add_secret(application: Application, *, slot: int, actor: User | None) -> str:
    secret = SECRET_PREFIX + new_secret()
    ClientSecret.objects.create(
        digest=digest(secret),
        application=application,
        slot=slot,
        hint=secret[-4:],
        created_by=actor,
    )
    return secret


def _fill(application: Application, fields: dict[str, Any], actor: User | None) -> None:
    """The row is as `fields` say, and saved; Refused, beside the fields that are wrong."""
    unknown = set(fields) - set(_EDITABLE)
    assert not unknown, unknown
    before = {name: getattr(application, name) for name in _ACTING}
    for name, value in fields.items():
        setattr(application, name, value)
    wrong = {name: [words] for name, words in problems(application)}
    if wrong:
        raise Refused(" ".join(one[0] for one in wrong.values()), fields=wrong)
    changed = {name for name in _ACTING if getattr(application, name) != before[name]}
    if changed:
        _demand_account(application, actor)
    if "service_account_id" in changed:
        application.pointed_by = actor
    if "jwks" in changed:
        application.keyed_by = actor
    try:
        with transaction.atomic():
            application.save()
    except IntegrityError:
        raise _wrong("name", _("This name is taken.")) from None
    if changed & {"service_account_id", "jwks"}:
        application.client_tokens.all().delete()
    # So that others can fetch the key before it first signs.
    signer_for(application.id_token_algorithm)


def _demand_account(application: Application, actor: User | None) -> None:
    """Whoever lets a program act as the account could do all that it may: they must be able to grant that."""
    account: ServiceAccount | None = application.service_account
    if account is None:
        return
    if account.organization_id != application.organization_id:
        raise _wrong("service_account", _("It is not of this organization."))
    if actor is not None:
        for binding in live_bindings(account):
            demand_to_bind(actor, binding.permissions, binding.scope)


def _wrong(field: str, words: str) -> Refused:
    return Refused(words, fields={field: [words]})


def _told(application: Application) -> dict[str, Any]:
    """What the trail says of it; of its keys, whose name it would mask beside them, that they are these."""
    account, keys = application.service_account, application.jwks
    told = {name: getattr(application, name) for name in _EDITABLE}
    # What speaks of a token is masked by its name.
    told["algorithm"] = told.pop("id_token_algorithm")
    told["service_account"] = f"{account} ({account.pk})" if account else ""
    told["jwks"] = f"SHA-256 {digest(canonical.encode(keys))}" if keys else ""
    return told


def _record(tag: Tag, application: Application, actor: User | None, **detail: Any) -> None:
    record(
        tag,
        actor=actor,
        target=application,
        organization_id=application.organization_id,
        **detail,
    )
