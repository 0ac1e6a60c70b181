"""Sign-in without a password: a code by mail, good once, only in the browser that asked for it."""

from django.db import transaction

from accounts.mfa import challenges, codes
from accounts.mfa.flows import Flow, Purpose
from accounts.mfa.models import Kind
from accounts.mfa.services import WrongCode
from accounts.mfa.services.guesses import take_guess, tell_wrong
from accounts.models import User, normalize_email
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.ratelimit import give_back
from mago.messaging.services import send_mail

from .. import limits
from ..even import evenly
from ..selectors import active_person_with
from .common import link, may_mail, network


@evenly
def send_sign_in_code(*, email: str, flow: str, language: str = "", browser: str = "") -> None:
    """A mail is on its way: with a code for a person we know, with a word that there is no account otherwise.

    `flow` is known to the asking browser or app alone; `browser` as in `may_mail`. TooMany.
    """
    limits.CODE_NETWORK.take(network())
    email = normalize_email(email)
    if not may_mail(email, browser):
        return
    with transaction.atomic():
        user = active_person_with(email)
        record(Tag.SIGN_IN_CODE_REQUESTED, target=user, email=email, known=user is not None)
        # Asked of nobody as well, where nobody is: the same work, so that time tells no difference.
        lifetime = codes.LIFETIMES[Kind.EMAIL]
        challenge = challenges.put(_flow(flow, user), Kind.EMAIL, factor=None, lifetime=lifetime)
        about_code = {
            "name": str(user),
            "challenge": str(challenge.pk),
            "minutes": int(lifetime.total_seconds() // 60),
        }
        send_mail(
            "signin/code" if user else "signin/no_account",
            to=email,
            context=about_code if user else {"sign_up": link("/accounts/signup/")},
            language=(user.language if user else "") or language,
            expires_at=challenge.expires_at,
        )


def check_sign_in_code(*, email: str, flow: str, code: str, browser: str = "") -> User:
    """The person who got the code. WrongCode or TooMany, the same for an address that nobody has."""
    email = normalize_email(email)
    user = active_person_with(email)
    asked = _flow(flow, user, browser)
    taken = take_guess(asked, str(user.pk) if user else email, Kind.EMAIL)
    challenge = challenges.newest(asked, Kind.EMAIL, None)
    fits = (
        challenge is not None
        and challenges.count_try(challenge)
        and codes.matches(challenge, code)
        and challenges.use(challenge)
    )
    if user is None or not fits:
        tell_wrong(asked, user, Kind.EMAIL, address=email)
        raise WrongCode
    give_back(taken)
    return user


def _flow(flow: str, user: User | None, browser: str = "") -> Flow:
    return Flow(flow, Purpose.PASSWORDLESS, user, browser)
