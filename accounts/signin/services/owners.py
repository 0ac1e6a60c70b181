"""The first owner, and what people say of themselves."""

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access.principals import forget
from accounts.access.roles import RoleName
from accounts.access.scope import PLATFORM
from accounts.access.selectors.in_charge import has_owner
from accounts.access.services import grant_role
from accounts.models import User, normalize_email
from accounts.organizations.services import demand_factors_of_administrators
from mago.audit.pseudonyms import pseudonym
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Conflict, NotFound

from .. import limits, tokens
from ..tokens import Purpose
from .common import check_new_password, network, remember_password


@transaction.atomic
def change_profile(*, user: User, name: str, language: str, actor: User) -> None:
    """Name and language are as given."""
    before = {"name": pseudonym(user.name, of=user), "language": user.language}
    user.name, user.language = name, language
    user.save(update_fields=["name", "language"])
    forget()
    record(
        Tag.PROFILE_CHANGED,
        actor=actor,
        target=user,
        before=before,
        after={"name": pseudonym(name, of=user), "language": language},
    )


def create_owner(*, email: str, password: str, name: str = "", language: str = "") -> User:
    """A platform administrator exists, confirmed: whoever runs this controls the server anyway."""
    hashed = _hash_of(email=email, password=password, name=name)
    with transaction.atomic():
        return _insert_owner(email, hashed, name, language)


def may_set_up(secret: str) -> bool:
    """Whether the set-up link works: it is the newest, unspent, and there is no owner yet."""
    return tokens.find(Purpose.SET_UP, secret) is not None and not has_owner()


def create_first_owner(
    *, secret: str, email: str, password: str, name: str = "", language: str = ""
) -> User:
    """As `create_owner`, for whoever holds the set-up link: once, and only while there is no owner."""
    limits.LINK_NETWORK.take(network())
    hashed = _hash_of(email=email, password=password, name=name)
    with transaction.atomic():
        tokens.spend(Purpose.SET_UP, secret)
        if has_owner():
            raise NotFound
        record(Tag.SETUP_LINK_USED, email=normalize_email(email))
        return _insert_owner(email, hashed, name, language)


def _hash_of(*, email: str, password: str, name: str) -> str:
    """The hash of a password that may be used; before any transaction, which would hold its locks for as long."""
    check_new_password(password, email=email, name=name)
    return make_password(password)


def _insert_owner(email: str, hashed: str, name: str, language: str) -> User:
    email = normalize_email(email)
    is_first = not has_owner()
    user = User(
        email=email,
        password=hashed,
        name=name,
        language=language,
        email_confirmed_at=timezone.now(),
    )
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        raise Conflict(
            _("Somebody with this address exists already."), code="email_taken"
        ) from None
    remember_password(user)
    record(Tag.OWNER_CREATED, actor=user, target=user)
    grant_role(user=user, role=RoleName.PLATFORM_ADMINISTRATOR, actor=None, scope=PLATFORM)
    if is_first:
        demand_factors_of_administrators()
    return user
