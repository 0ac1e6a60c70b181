"""Before a stronger sign-in is demanded, whoever is not ready for it is reminded: on pages, and by mail at four marks."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.access.facts import Strength
from accounts.models import User
from mago.messaging.services import send_mail

from .models import GraceReminder, Mark, SignInPolicy
from .policy import Asked
from .selectors import concerned_by

# How many people one run looks at: it runs each minute, and goes on where it stopped.
BATCH = 500
KEPT = timedelta(days=30)


def due_mark(policy: SignInPolicy, now: datetime) -> Mark | None:
    """The mark that was passed last; None before the policy was set, and once its demand counts."""
    end = policy.grace_until
    if end is None or end <= now:
        return None
    start = policy.grace_from or policy.created_at
    moments = {
        Mark.START: start,
        Mark.HALF: start + (end - start) / 2,
        Mark.THREE_DAYS: end - timedelta(days=3),
        Mark.LAST_DAY: end - timedelta(days=1),
    }
    # A short grace has marks before its start, so the latest moment and not the latest name is due.
    passed = [(moment, mark) for mark, moment in moments.items() if start <= moment <= now]
    return max(passed, key=lambda one: one[0])[1] if passed else None


def words(asked: Asked) -> str:
    """What a page says of a demand that is coming."""
    assert asked.since is not None
    moment = timezone.localtime(asked.since)
    when = f"{date_format(moment, 'DATETIME_FORMAT')} ({moment:%Z})"
    if asked.strength == Strength.PHISHING_RESISTANT:
        told = _(
            "From %(when)s on, the sign-in policy “%(policy)s” asks for a passkey or a security key when you sign in. Set one up before, or you will not get in."
        )
    else:
        told = _(
            "From %(when)s on, the sign-in policy “%(policy)s” asks for a second factor when you sign in. Set one up before, or you will not get in."
        )
    return told % {"when": when, "policy": asked.by}


def send_reminders(reached: Callable[[User], int]) -> int:
    """Whoever a coming demand concerns and who has not `reached` its strength has had a mail for the mark
    that was passed last: one, whatever runs at once or dies. How many people were looked at."""
    now = timezone.now()
    GraceReminder.objects.filter(demanded_from__lt=now - KEPT).delete()
    policies = SignInPolicy.objects.everywhere(reason="the clock looks after all")
    coming = policies.select_related("organization", "site").filter(
        Q(organization=None) | Q(organization__is_active=True),
        strength__isnull=False,
        grace_until__gt=now,
    )
    looked = 0
    for policy in coming.order_by("grace_until", "id"):
        if looked >= BATCH:
            break
        if (mark := due_mark(policy, now)) is not None:
            looked += _remind(policy, mark, reached, BATCH - looked)
    return looked


def _remind(policy: SignInPolicy, mark: Mark, reached: Callable[[User], int], most: int) -> int:
    assert policy.grace_until is not None
    told = GraceReminder.objects.filter(
        policy=policy, demanded_from=policy.grace_until, mark=mark, user=OuterRef("pk")
    )
    people = list(concerned_by(policy).filter(~Exists(told)).order_by("pk")[:most])
    for person in people:
        ready = reached(person) >= (policy.strength or Strength.NONE)
        try:
            with transaction.atomic():
                GraceReminder.objects.create(
                    policy=policy, user=person, demanded_from=policy.grace_until, mark=mark
                )
                if not ready:
                    _send(policy, person)
        except IntegrityError:
            # Another run has just reminded them, or the policy is gone.
            continue
    return len(people)


def _send(policy: SignInPolicy, person: User) -> None:
    assert policy.grace_until is not None
    context = {
        "name": str(person),
        "policy": str(policy),
        "when": policy.grace_until.isoformat(),
        "passkey": policy.strength == Strength.PHISHING_RESISTANT,
        "link": f"{settings.MAGO_BASE_URL}/accounts/",
    }
    send_mail(
        "organizations/factor_demanded",
        to=person.email,
        context=context,
        language=person.language,
        expires_at=policy.grace_until,
    )
