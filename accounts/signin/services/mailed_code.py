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
from .common import link, may_mail, network


def send_sign_in_code(*, email: str, flow: str, language: str = "", browser: str = "") -> None:
    """A mail is on its way: with a code for a person we know, with a word that there is no account otherwise.

    `flow` is known to the asking browser or app alone; `browser` as in `may_mail`. TooMany.
    """
    limits.CODE_NETWORK.take(network())
    email = normalize_email(email)
    if not may_mail(email, browser):
        return
    with transaction.atomic():
        user = _person(email)
        record(Tag.SIGN_IN_CODE_REQUESTED, target=user, email=email, known=user is not None)
        if user is None:
            context = {"sign_up": link("/accounts/signup/")}
            send_mail("signin/no_account", to=email, context=context, language=language)
            return
        lifetime = codes.LIFETIMES[Kind.EMAIL]
        challenge = challenges.put(_flow(flow, user), Kind.EMAIL, factor=None, lifetime=lifetime)
        send_mail(
            "signin/code",
            to=email,
            context={
                "name": str(user),
                "challenge": str(challenge.pk),
                "minutes": int(lifetime.total_seconds() // 60),
            },
            language=user.language or language,
            expires_at=challenge.expires_at,
        )


def check_sign_in_code(*, email: str, flow: str, code: str, browser: str = "") -> User:
    """The person who got the code. WrongCode or TooMany, the same for an address that nobody has."""
    email = normalize_email(email)
    user = _person(email)
    asked = _flow(flow, user, browser)
    taken = take_guess(asked, str(user.pk) if user else email, Kind.EMAIL)
    challenge = challenges.newest(asked, Kind.EMAIL, None)
    fits = (
        user is not None
        and challenge is not None
        and challenge.user_id == user.pk
        and challenges.count_try(challenge)
        and codes.matches(challenge, code)
        and challenges.use(challenge)
    )
    if not fits:
        tell_wrong(asked, user, Kind.EMAIL)
        raise WrongCode
    assert user is not None
    give_back(taken)
    return user


def _person(email: str) -> User | None:
    return User.objects.filter(email=email, is_active=True).first()


def _flow(flow: str, user: User | None, browser: str = "") -> Flow:
    return Flow(flow, Purpose.PASSWORDLESS, user, browser)
