"""What pages say of sign-in policies."""

from typing import Any

from django import template
from django.utils import timezone

from accounts.mfa.selectors import within_reach
from accounts.organizations.reminders import words
from accounts.organizations.selectors import coming_for
from mago.core.context import caller

register = template.Library()


@register.inclusion_tag("accounts/signin/coming_demand.html", takes_context=True)
def coming_demand(context: dict[str, Any]) -> dict[str, Any]:
    """The strength that will soon be demanded of whoever reads the page, where neither their sign-in reached it
    nor the next one could, by a factor that they have set up since."""
    user = context["user"]
    asked = coming_for(user, caller().strength)
    if asked is None or asked.since is None:
        return {}
    asked = coming_for(user, within_reach(user))
    if asked is None or asked.since is None:
        return {}
    left = asked.since - timezone.now()
    # A day that has begun counts, but for the last one.
    days = left.days + 1 if left.days else 0
    return {"words": words(asked), "days": days, "sprite": context.get("sprite", "")}
