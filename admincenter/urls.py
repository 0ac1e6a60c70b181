"""One line per page and per action."""

from django.urls import path

from .sections import audit, messages, overview, people

app_name = "admincenter"

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("people/", people.people, name="people"),
    path("people/<uuid:person_id>/", people.person, name="person"),
    path("people/<uuid:person_id>/disable/", people.disable, name="disable_person"),
    path("people/<uuid:person_id>/enable/", people.enable, name="enable_person"),
    path("people/<uuid:person_id>/send-reset/", people.send_reset, name="send_reset"),
    path("people/<uuid:person_id>/sessions/end/", people.end_sessions, name="end_sessions"),
    path(
        "people/<uuid:person_id>/sessions/<uuid:session_id>/end/",
        people.end_one_session,
        name="end_session",
    ),
    path(
        "people/<uuid:person_id>/programs/<uuid:family_id>/revoke/",
        people.revoke_program,
        name="revoke_program",
    ),
    path("messages/", messages.messages, name="messages"),
    path("messages/retry/", messages.retry_dead, name="retry_dead"),
    path("messages/<uuid:message_id>/", messages.message, name="message"),
    path("messages/<uuid:message_id>/retry/", messages.retry, name="retry_message"),
    path("audit/", audit.events, name="audit"),
    path("audit/<int:event_id>/", audit.event, name="event"),
]
