"""The pages of a directory's syncs, below identity-providers/<organization>/<provider>/sync/."""

from django.urls import path

from . import syncs

urlpatterns = [
    path("", syncs.syncs, name="directory_syncs"),
    path("start/", syncs.start, name="start_directory_sync"),
    path("dry-run/", syncs.try_out, name="try_directory_sync"),
    path("<uuid:run_id>/", syncs.sync, name="directory_sync"),
    path("<uuid:run_id>/confirm/", syncs.confirm, name="confirm_directory_sync"),
    path("<uuid:run_id>/drop/", syncs.drop, name="drop_directory_sync"),
]
