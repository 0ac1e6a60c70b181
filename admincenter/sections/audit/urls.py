"""The pages of the trail, below audit/."""

from django.urls import path

from . import events, exports, letters, streams, verification

urlpatterns = [
    path("", events.events, name="audit"),
    path("<int:event_id>/", events.event, name="event"),
    path("exports/", exports.exports, name="exports"),
    path("exports/<uuid:export_id>/download/", exports.download, name="download_export"),
    path("exports/<uuid:export_id>/delete/", exports.delete, name="delete_export"),
    path("streams/", streams.streams, name="streams"),
    path("streams/create/", streams.create, name="create_stream"),
    path("streams/<uuid:stream_id>/", streams.stream, name="stream"),
    path("streams/<uuid:stream_id>/edit/", streams.edit, name="edit_stream"),
    path("streams/<uuid:stream_id>/test/", streams.test, name="test_stream"),
    path("streams/<uuid:stream_id>/pause/", streams.pause, name="pause_stream"),
    path("streams/<uuid:stream_id>/resume/", streams.resume, name="resume_stream"),
    path("streams/<uuid:stream_id>/skip/", streams.skip, name="skip_stream"),
    path("streams/<uuid:stream_id>/renew/", streams.renew, name="renew_stream"),
    path("streams/<uuid:stream_id>/delete/", streams.delete, name="delete_stream"),
    path(
        "streams/<uuid:stream_id>/letters/<uuid:letter_id>/send/",
        letters.send,
        name="send_dead_letter",
    ),
    path(
        "streams/<uuid:stream_id>/letters/<uuid:letter_id>/discard/",
        letters.discard,
        name="discard_dead_letter",
    ),
    path("verification/", verification.verification, name="verification"),
    path("verification/run/", verification.run, name="run_verification"),
    path("verification/checkpoint/", verification.checkpoint, name="checkpoint"),
]
