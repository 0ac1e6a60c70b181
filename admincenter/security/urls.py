"""The pages of the security programme, below the short name of whose it is; the platform's is `_platform`."""

from typing import Any

from django.urls import include, path

from .views import moves, programmes, rating, ticket, tickets

ticket_patterns: list[Any] = [
    path("", ticket.ticket, name="ticket"),
    path("edit/", ticket.edit, name="edit_ticket"),
    path("rate/", rating.rate, name="rate_ticket"),
    path("calculate/", rating.calculate, name="calculate_ticket"),
    path("assign/", ticket.assign, name="assign_ticket"),
    path("comment/", ticket.comment, name="comment_ticket"),
    path("watch/", ticket.watch, name="watch_ticket"),
    path("relate/", ticket.relate, name="relate_ticket"),
    path("attach/", ticket.attach, name="attach_to_ticket"),
    path("files/<uuid:attachment_id>/download/", ticket.take_attachment, name="ticket_attachment"),
    path(
        "files/<uuid:attachment_id>/remove/",
        ticket.remove_attachment,
        name="remove_ticket_attachment",
    ),
    path("verify/", moves.verify, name="verify_ticket"),
    path("accept/", moves.accept, name="accept_ticket"),
    path("move/<slug:move>/", moves.move, name="move_ticket"),
]

programme_patterns: list[Any] = [
    path("tickets/", tickets.tickets, name="tickets"),
    path("tickets/create/", tickets.create, name="create_ticket"),
    path("tickets/calculator/", rating.calculator, name="cvss_calculator"),
    path("tickets/<int:number>/", include(ticket_patterns)),
]

urlpatterns = [
    path("", programmes.programmes, name="security"),
    path("<slug:slug>/", include(programme_patterns)),
]
