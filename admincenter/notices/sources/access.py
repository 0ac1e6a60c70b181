"""Of ways in: directories that fail, certificates and roles that end."""

from datetime import timedelta

from django.db.models import Count, Max, Min, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access.models import RoleBinding
from accounts.access.permissions import Permission
from accounts.federation.directory.models import RunState, SyncRun
from accounts.federation.enterprise.endings import endings_of, near
from accounts.federation.enterprise.models import OPEN, IdentityProvider, Kind

from ...selectors.figures import grouped
from .common import MOST, Level, Notice, Where, names_of, whose

SOON = timedelta(days=7)


def _providers(where: Where) -> QuerySet[IdentityProvider]:
    """Those that people come in by, the newest first."""
    everywhere = IdentityProvider.objects.everywhere(reason="narrowed to what is looked at")
    found = everywhere.filter(where.within(), state__in=OPEN, organization__is_active=True)
    return found.select_related("organization").order_by("-created_at")


def of_directories(where: Where) -> list[Notice]:
    last = SyncRun.objects.filter(provider=OuterRef("pk"), is_dry=False).order_by(
        "-created_at", "-id"
    )
    # Of directories alone: where none fails, each is asked for its last sync.
    directories = _providers(where).filter(kind=Kind.LDAP)
    providers = directories.annotate(
        run=Subquery(last.values("id")[:1]), run_state=Subquery(last.values("state")[:1])
    )
    found = []
    for provider in providers.filter(run_state__in=[RunState.FAILED, RunState.HELD])[:MOST]:
        words = (
            _("The sync of %(name)s was stopped by the brake")
            if provider.run_state == RunState.HELD
            else _("The sync of %(name)s failed")
        )
        place = [provider.organization.slug, provider.pk]
        found.append(
            Notice(
                f"sync:{provider.pk}:{provider.run}",
                f"{words % {'name': provider.name}} · {provider.organization}",
                reverse("admincenter:directory_syncs", args=place),
                Level.WARNING,
                Permission.IDENTITY_PROVIDERS_READ,
                organization_id=provider.organization_id,
            )
        )
    return found


def of_endings(where: Where) -> list[Notice]:
    providers = list(_providers(where)[:MOST])
    by_provider = endings_of(providers)
    return [
        Notice(
            f"ending:{provider.pk}:{ending.mark}:{ending.fingerprint[:40]}",
            f"{ending.text} · {provider.organization}",
            reverse(
                "admincenter:identity_provider", args=[provider.organization.slug, provider.pk]
            ),
            Level.DANGER if ending.is_urgent else Level.WARNING,
            Permission.IDENTITY_PROVIDERS_READ,
            provider.name,
            organization_id=provider.organization_id,
        )
        for provider in providers
        for ending in near(by_provider.get(provider.pk, []))
    ]


def of_access(where: Where) -> list[Notice]:
    now = timezone.now()
    ending = RoleBinding.objects.filter(expires_at__gt=now, expires_at__lte=now + SOON)
    ending = ending.filter(where.within())
    rows = list(
        ending.order_by()
        .values("organization_id")
        .annotate(number=Count("pk"), first=Min("expires_at"), last=Max("expires_at"))[:MOST]
    )
    names = names_of([row["organization_id"] for row in rows])
    return [
        Notice(
            f"access:{row['organization_id']}:{row['number']}:{row['last']:%Y-%m-%dT%H:%M}",
            whose(
                ngettext(
                    "%(number)s role ends within a week",
                    "%(number)s roles end within a week",
                    row["number"],
                )
                % {"number": grouped(row["number"])},
                names,
                row["organization_id"],
            ),
            reverse("admincenter:organization_bindings", args=[names[row["organization_id"]].slug])
            if row["organization_id"] in names
            else reverse("admincenter:administrators"),
            Level.WARNING,
            Permission.ROLES_BIND,
            _("The first one ends on %(day)s.") % {"day": f"{row['first']:%Y-%m-%d}"},
            organization_id=row["organization_id"],
        )
        for row in rows
    ]
