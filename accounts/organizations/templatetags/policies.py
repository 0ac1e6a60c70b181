"""What pages say of sign-in policies."""

from typing import Any

from django import template
from django.utils import timezone

from mago.core.context import caller

from ..reminders import words
from ..selectors import coming_for

register = template.Library()


@register.inclusion_tag("accounts/organizations/coming_demand.html", takes_context=True)
def coming_demand(context: dict[str, Any]) -> dict[str, Any]:
    """The strength that will soon be demanded of whoever reads the page, where their sign-in reached less."""
    asked = coming_for(context["user"], caller().strength)
    if asked is None or asked.since is None:
        return {}
    left = asked.since - timezone.now()
    # A day that has begun counts, but for the last one.
    days = left.days + 1 if left.days else 0
    return {"words": words(asked), "days": days, "sprite": context.get("sprite", "")}
