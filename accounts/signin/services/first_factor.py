"""The first factor: a password. Wrong, unknown and limited look alike from outside."""

from collections.abc import Callable

from django.contrib.auth.hashers import check_password as check_hash
from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext_lazy

from accounts.models import User, normalize_email
from mago.audit.services import Outcome, record
from mago.audit.tags import Tag
from mago.core.errors import Busy, Refused, TooMany
from mago.core.ratelimit import Taken, give_back, take_all

from .. import limits
from ..crowd import came_in_vain, in_line
from ..hashers import known_browser, spend_a_hash
from ..selectors import person_with
from .common import network


class WrongCredentials(Refused):
    """The same words for an unknown address, one that waits for its confirmation, a wrong password, an account without one.

    Whoever signs up with somebody's address and then tries that password must not learn by the
    answer whether there was an account before.
    """

    status = 401
    code = "invalid_credentials"
    detail = gettext_lazy(
        "That e-mail address and password do not match. Check both, or choose a new password. "
        "If you have just signed up, open the link in the mail first."
    )


def check_password(*, email: str, password: str, browser: str = "") -> User:
    """The person whose password this is. WrongCredentials or TooMany.

    Limits come before hashing. `browser` names one in which this person has signed in before
    (`browsers.py`): it is not held back by what strangers do, so that nobody can be locked out.
    """
    email = normalize_email(email)
    with known_browser() if browser else in_line(network(), email):
        return _checked(email, password, browser)


def _checked(email: str, password: str, browser: str) -> User:
    taken = _take_limits(email, browser)
    user = person_with(email)
    try:
        is_theirs = _is_theirs(user, password)
    except Busy:
        # Nothing was tried: being told to come back must not lock anybody out.
        give_back(taken)
        raise
    if not is_theirs:
        if not browser:
            came_in_vain(network())
        record(
            Tag.SIGN_IN_FAILED, target=user, outcome=Outcome.FAILURE, method="password", email=email
        )
        raise WrongCredentials
    assert user is not None
    give_back(taken)
    return user


def _is_theirs(user: User | None, password: str) -> bool:
    """One hash is spent in every case, so that time tells nothing."""
    if user is None or not user.has_usable_password():
        spend_a_hash(password)
        return False
    return check_hash(password, user.password, setter=_upgrade(user))


def _upgrade(user: User) -> Callable[[str], None]:
    """Stores the hash anew where its parameters are no longer the current ones (ASVS 11.4.2)."""

    def store(password: str) -> None:
        before, user.password = user.password, make_password(password)
        # Unless it was changed or voided meanwhile: an old password must not come back.
        User.objects.filter(pk=user.pk, password=before).update(password=user.password)

    return store


def _take_limits(email: str, browser: str) -> Taken:
    wanted: Taken = [(limits.SIGN_IN_ACCOUNT, (email, browser or network()))]
    if not browser:
        wanted += [
            (limits.SIGN_IN_NETWORK, (network(),)),
            (limits.SIGN_IN_ACCOUNT_ANYWHERE, (email,)),
        ]
    if full := take_all(wanted):
        record(Tag.SIGN_IN_LIMITED, outcome=Outcome.REFUSED, limit=full.limit.name, email=email)
        raise TooMany(full.seconds)
    return wanted
