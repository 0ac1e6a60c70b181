from django.urls import path

from . import views

app_name = "sessions"

urlpatterns = [
    path("", views.list_sessions, name="list"),
    path("end-others/", views.end_others, name="end_others"),
    path("<uuid:session_id>/end/", views.end, name="end"),
]
