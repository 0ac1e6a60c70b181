"""Wrong answers are counted before they are looked at, and told to whom they concern."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accounts.access.selectors.in_charge import administrators
from accounts.models import User
from mago.audit.services import Outcome, record
from mago.audit.tags import Tag
from mago.core.context import caller
from mago.core.errors import Refused, TooMany
from mago.core.http import network_of
from mago.core.ratelimit import Taken, take_all
from mago.messaging.services import send_mail

from .. import limits
from ..flows import Flow, Purpose, lane_of
from ..models import Kind

# 65 random bits, or a signature: whoever has used up the guesses at codes leaves these to their owner.
_UNGUESSABLE = {Kind.RECOVERY, Kind.PASSKEY}


class WrongCode(Refused):
    """The answer is wrong, too late, or was used before: the same words for each."""

    status = 401
    code = "invalid_code"
    detail = gettext_lazy(
        "That code does not fit, or has expired. Try again, or ask for a new one."
    )

    @classmethod
    def of(cls, kind: str) -> "WrongCode":
        """In words that fit the kind of factor: nobody sends a new code of an app, or of a list on paper."""
        return cls(_INSTEAD.get(kind, cls.detail))


_INSTEAD: dict[str, Promise] = {
    Kind.TOTP: gettext_lazy(
        "That code does not fit, has expired or was used already. Wait for the next one that your app shows."
    ),
    Kind.RECOVERY: gettext_lazy(
        "That code does not fit, or was used already. Try again, or use another recovery code."
    ),
    Kind.PASSKEY: gettext_lazy("That passkey does not fit. Try again, or use another one."),
}


def take_guess(flow: Flow, who: str, kind: str) -> Taken:
    """One guess at the account `who` is counted. TooMany where no more may be made from here for now."""
    wanted = _wanted(flow, who, kind)
    if full := take_all(wanted):
        record(
            Tag.SIGN_IN_LIMITED,
            target=flow.user,
            outcome=Outcome.REFUSED,
            limit=full.limit.name,
            kind=kind,
        )
        raise TooMany(full.seconds)
    return wanted


def tell_wrong(flow: Flow, user: User | None, kind: str, *, address: str = "") -> None:
    """The wrong guess stands in the audit; who owns the account hears of many, and so do administrators.

    `address` is what was given where nobody has it: counted alike, as a row less would show in the time.
    """
    record(
        Tag.FACTOR_FAILED,
        target=user,
        outcome=Outcome.FAILURE,
        kind=kind,
        purpose=flow.purpose.value,
    )
    _warn_owner(user, address)
    _alarm()


def _wanted(flow: Flow, who: str, kind: str) -> Taken:
    place = flow.browser or network_of(caller().address)
    if kind in _UNGUESSABLE:
        return [(limits.GUESS_QUICK, (who, place, "unguessable"))]
    lane = (who, lane_of(flow), "alone" if flow.purpose is Purpose.PASSWORDLESS else "")
    return [
        (limits.GUESS_QUICK, (*lane, place)),
        (limits.GUESS_DAY, lane),
        (limits.GUESS_YEAR, lane),
    ]


def _warn_owner(user: User | None, address: str) -> None:
    """After ten wrong guesses in a day: whoever makes them has the password, or the mail, already."""
    if limits.GUESS_MANY.try_take(str(user.pk) if user else address) == 0 or user is None:
        return
    if limits.GUESS_WARNING.try_take(str(user.pk)) == 0:
        context = {"name": str(user), "address": caller().address}
        send_mail("mfa/guesses", to=user.email, context=context, language=user.language)


def _alarm() -> None:
    """So many wrong guesses everywhere that somebody must be trying one after another."""
    if limits.GUESS_ALARM.try_take("all") == 0 or limits.ALARM_MAIL.try_take("all") > 0:
        return
    record(Tag.GUESSING_DETECTED, outcome=Outcome.FAILURE, limit=limits.GUESS_ALARM.name)
    for administrator in administrators()[:20]:
        send_mail(
            "mfa/alarm",
            to=administrator.email,
            context={"name": str(administrator)},
            language=administrator.language,
        )
