"""Parts of rows that depend on the row, for `{% each %}`."""

from functools import cache, lru_cache
from typing import Any
from urllib.parse import quote_plus

from django import template
from django.conf import settings
from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from accounts.access.models import Membership, RoleBinding
from accounts.mfa.models import Factor, Kind
from accounts.models import User
from accounts.provider.models import ApiToken
from accounts.sessions.models import Session
from hubs.models import Hub
from mago.audit.models import AuditEvent, Outcome
from mago.core.markup import fill
from mago.messaging.models import Message
from mago.messaging.titles import title_of

from .jobs import title_of_kind
from .moments import minute

register = template.Library()

NOTHING = SafeString("")
NONE = SafeString("–")


@register.filter
def or_dash(value: Any) -> Any:
    return value or NONE


@register.filter
def initial(person: User) -> str:
    return person.email[:1]


@register.filter
def name_or_email(person: User) -> str:
    return person.name or person.email


@register.filter
def email_below(person: User) -> SafeString:
    """The address, where a name stands above it."""
    return fill("<small>{}</small>", person.email) if person.name else NOTHING


@register.filter
def roles_here(member: Membership) -> SafeString:
    """What a member whose `user` has `roles_here` holds, and at which site."""
    held = member.user.roles_here  # type: ignore[attr-defined]
    if not held:
        return SafeString('<span class="muted">–</span>')
    chips = ((_role(binding),) for binding in held)
    return format_html_join(" ", '<span class="chip plain accent">{}</span>', chips)


@register.filter
def hidden_from_oneself(row: Any) -> SafeString:
    """An attribute of what one cannot do to oneself, where rows tell who is the viewer."""
    return SafeString(" hidden") if row.is_viewer else NOTHING


def _role(binding: Any) -> str:
    return f"{binding.role_name} · {binding.site}" if binding.site else binding.role_name


@register.filter
def who_holds(binding: RoleBinding) -> SafeString:
    if binding.user:
        return fill("<bdi>{}</bdi>", binding.user)
    kind = _("service account")
    return fill('<bdi>{}</bdi> <small class="muted">{}</small>', binding.service_account, kind)


@register.filter
def where_it_counts(binding: RoleBinding) -> Any:
    if binding.site:
        return fill("<bdi>{}</bdi>", binding.site)
    return _("the whole organization") if binding.organization_id else _("the whole platform")


@register.filter
def limits_of(binding: RoleBinding) -> SafeString:
    """Under which condition a role counts, and until when."""
    limits = [fill("<bdi>{}</bdi>", binding.condition)] if binding.condition else []
    if binding.expires_at:
        limits.append(fill("{}", _("until %(when)s") % {"when": minute(binding.expires_at)}))
    return SafeString(" ".join(limits)) or NONE


@register.filter
def demanded_of_others(row: Any) -> SafeString:
    """An attribute of what is asked of whoever does it to others, where rows tell who is the viewer."""
    return SafeString(" disabled" if row.is_viewer else " required")


@register.filter
def used_from(token: ApiToken) -> SafeString:
    """Below when it was used last: from where."""
    if not token.last_used_from:
        return NOTHING
    return fill('<br><small class="muted"><code>{}</code></small>', token.last_used_from)


@register.filter
def hidden_once_ended(token: ApiToken) -> SafeString:
    """An attribute of what can be done to a token that lives."""
    return SafeString(" hidden") if token.revoked_at or token.has_ended else NOTHING


@register.filter
def in_query(text: str) -> str:
    """As a value in the query of an address."""
    return quote_plus(text)


@register.filter
def this_browser(session: Session) -> SafeString:
    """That it is the reader's own: who ends it is signed out."""
    if not getattr(session, "is_here", False):
        return NOTHING
    return fill(' <span class="chip success">{}</span>', _("This browser"))


@register.filter
def proved_below(session: Session) -> SafeString:
    if not session.proofs:
        return NOTHING
    return fill('<br><small class="muted">{}</small>', session.proved_by)


@register.filter
def sessions_from(address: str | None) -> SafeString:
    """The address, leading to the sessions from there."""
    return fill('<a href="?address={0}"><code>{0}</code></a>', address) if address else NONE


@register.filter
def serial_below(hub: Hub) -> SafeString:
    """The serial number beside the model, where a name stands above them."""
    return fill(" · <bdi>{}</bdi>", hub.serial) if hub.name else NOTHING


@register.filter
def tag_chips(hub: Hub) -> SafeString:
    tags = ((tag.name,) for tag in hub.tags.all())
    return format_html_join("", ' <span class="chip plain">{}</span>', tags)


@register.filter
def own_name(factor: Factor) -> str:
    """What its owner calls a factor; "" where they left what its kind is called, in whichever language that was."""
    return "" if factor.name in _names(factor.kind) else factor.name


@cache
def _names(kind: Kind) -> frozenset[str]:
    names = []
    for language, _title in settings.LANGUAGES:
        with override(language):
            names.append(str(kind.label))
    return frozenset(names)


@register.filter
def happened(event: AuditEvent) -> SafeString:
    """What happened, and how it ended where that was no success."""
    return _happened(get_language(), event.tag, event.outcome)


@lru_cache(maxsize=1024)
def _happened(language: str, tag: str, outcome: str) -> SafeString:
    label = AuditEvent(tag=tag).label
    if outcome == Outcome.SUCCESS:
        return fill('<span class="chip success">{}</span>', label)
    tone = "danger" if outcome == Outcome.FAILURE else "warning"
    ended = '<span class="chip {}">{}</span> <small class="muted">{}</small>'
    return fill(ended, tone, label, Outcome(outcome).label)


@register.filter
def about(event: AuditEvent) -> str | Promise:
    """Whom or what it is about; of a background job what it does, as the trail calls it by its kind and key, and of an
    event what happened and its number, as the trail calls it by its tag and outcome."""
    name = event.target_name
    if event.target_type == "jobs.job":
        return title_of_kind(name.partition(" ")[0])
    if event.target_type == "audit.auditevent":
        return f"{AuditEvent(tag=name.partition(' ')[0]).label} ({event.target_id})"
    return name


@register.filter
def by_and_about(event: AuditEvent) -> SafeString:
    """Who did it and, where that is somebody or something else, to whom or what."""
    actor, target = event.actor_name, about(event)
    by = fill("<bdi>{}</bdi>", actor)
    if not target or event.target_id == str(event.actor_id):
        return by
    both = '{}{}<small class="muted">→ <bdi>{}</bdi></small>'
    return fill(both, by, SafeString("<br>") if actor else NOTHING, target)


@register.filter
def message_title(message: Message) -> str:
    """What it is about; never its subject, which may name somebody."""
    return title_of(message.template)
