"""Of security programmes: what is overdue, late, or was missed."""

from django.db.models import Count, Max, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access.permissions import Permission

from ...security.models import Programme, Risk, Ticket
from ...security.models.tickets import today
from ...security.selectors.penetration_tests import years_of
from ...security.workflow import PENDING
from ...selectors.figures import grouped
from .common import MOST, Level, Notice, Where, names_of, organization_of, slug_of, whose


def of_tickets(where: Where) -> list[Notice]:
    owed = Ticket.objects.everywhere(reason="narrowed to the programmes that are looked at")
    owed = owed.filter(programme__in=where.programmes, state__in=PENDING, due_on__lt=today())
    rows = owed.order_by().values("programme").annotate(number=Count("pk"), last=Max("due_on"))
    names = names_of(where.programmes)
    return [
        Notice(
            f"overdue:{row['programme']}:{row['number']}:{row['last']}",
            whose(
                ngettext(
                    "%(number)s finding is overdue",
                    "%(number)s findings are overdue",
                    row["number"],
                )
                % {"number": grouped(row["number"])},
                names,
                row["programme"],
            ),
            reverse("admincenter:tickets", args=[slug_of(names, row["programme"])])
            + "?due=overdue",
            Level.DANGER,
            Permission.TICKETS_READ,
            organization_id=organization_of(row["programme"]),
        )
        for row in rows[:MOST]
    ]


def of_tests(where: Where) -> list[Notice]:
    found, names = [], names_of(where.programmes)
    # Of one that demands none any more, the last year may still have been missed.
    owed = Q(tests_a_year__gt=0) | Q(
        past_demands__until=today().year - 1, past_demands__tests__gt=0
    )
    programmes = Programme.objects.filter(owed, pk__in=where.programmes).distinct()
    programmes = programmes.select_related("organization").prefetch_related("past_demands")
    for programme in programmes[:MOST]:
        for year in years_of(programme):
            missed = year.is_missed and programme.created_at.year < year.number
            if not missed and not (year.behind and not year.is_over):
                continue
            words = (
                _("A penetration test of %(year)s was missed")
                if missed
                else _("A penetration test of %(year)s is late")
            )
            found.append(
                Notice(
                    f"tests:{programme.pk}:{year.number}:{year.held}",
                    whose(words % {"year": year.number}, names, programme.pk),
                    reverse("admincenter:penetration_tests", args=[slug_of(names, programme.pk)]),
                    Level.DANGER if missed else Level.WARNING,
                    Permission.PENETRATION_TESTS_READ,
                    organization_id=organization_of(programme.pk),
                )
            )
    return found


def of_risks(where: Where) -> list[Notice]:
    late = Risk.objects.everywhere(reason="narrowed to the programmes that are looked at")
    late = late.filter(programme__in=where.programmes, closed_at=None, review_on__lt=today())
    rows = late.order_by().values("programme").annotate(number=Count("pk"), last=Max("review_on"))
    names = names_of(where.programmes)
    return [
        Notice(
            f"reviews:{row['programme']}:{row['number']}:{row['last']}",
            whose(
                ngettext(
                    "The review of %(number)s risk is overdue",
                    "The reviews of %(number)s risks are overdue",
                    row["number"],
                )
                % {"number": grouped(row["number"])},
                names,
                row["programme"],
            ),
            reverse("admincenter:risks", args=[slug_of(names, row["programme"])]),
            Level.WARNING,
            Permission.RISKS_READ,
            organization_id=organization_of(row["programme"]),
        )
        for row in rows[:MOST]
    ]
