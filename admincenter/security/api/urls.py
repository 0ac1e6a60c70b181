"""The same resources twice: of the platform's programme, and of an organization's."""

from typing import Any

from django.urls import path

from . import tickets


def _routes(place: str, prefix: str) -> list[Any]:
    return [
        path(place, tickets.Tickets.as_view(), name=f"{prefix}tickets"),
        path(f"{place}/<uuid:ticket_id>", tickets.OneTicket.as_view(), name=f"{prefix}ticket"),
        path(
            f"{place}/<uuid:ticket_id>/transitions",
            tickets.Transitions.as_view(),
            name=f"{prefix}ticket-transitions",
        ),
        path(
            f"{place}/<uuid:ticket_id>/comments",
            tickets.Comments.as_view(),
            name=f"{prefix}ticket-comments",
        ),
    ]


urlpatterns = [
    *_routes("tickets", "api-"),
    *_routes("organizations/<uuid:organization_id>/tickets", "api-organization-"),
]
