"""What the services of this slice share."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from mago.audit.services import Outcome, record
from mago.audit.tags import Tag
from mago.core.context import caller
from mago.core.errors import Refused
from mago.core.http import network_of

from .. import limits
from ..models import FormerPassword
from ..passwords import check_password_rules


def network() -> str:
    """Where the request comes from, as limits count it."""
    return network_of(caller().address)


def link(path: str) -> str:
    """An address of ours for a mail; never taken from what a client says our host is."""
    return f"{settings.MAGO_BASE_URL}{path}"


def may_mail(email: str, browser: str = "") -> bool:
    """Whether another mail may go to this address now; callers answer the same either way.

    `browser` names one in which its person has signed in before: strangers who have used up the mails to
    somebody keep nobody from their own way in.
    """
    if limits.MAIL_ADDRESS.try_take(email, "known" if browser else "stranger") == 0:
        return True
    record(Tag.LIMIT_REACHED, outcome=Outcome.REFUSED, limit=limits.MAIL_ADDRESS.name, email=email)
    return False


def check_new_password(
    password: str, *, user: User | None = None, email: str = "", name: str = ""
) -> None:
    """The password may be used; Refused, naming each broken rule beside the field `password`, otherwise.

    Judging one costs up to a tenth of a second, so it is limited by itself: TooMany.
    """
    limits.NEW_PASSWORD_NETWORK.take(network())
    try:
        check_password_rules(password, user=user, email=email, names=(name,) if name else ())
    except ValidationError as error:
        raise Refused(
            _("Choose another password."),
            code="password_refused",
            fields={"password": error.messages},
        ) from None


def remember_password(user: User) -> None:
    """The person's newest hash is kept, with as many before it as may not be used again."""
    FormerPassword.objects.create(user=user, hash=user.password)
    newest = (
        FormerPassword.objects.filter(user=user)
        .order_by("-created_at", "-pk")
        .values_list("pk", flat=True)
    )
    FormerPassword.objects.filter(user=user).exclude(
        pk__in=list(newest[: settings.PASSWORD_HISTORY])
    ).delete()
