"""Everything under /accounts/applications/."""

from django.urls import path

from .views import mine

app_name = "applications"

urlpatterns = [
    path("", mine.list_applications, name="list"),
    path("<uuid:consent_id>/withdraw/", mine.withdraw, name="withdraw"),
    path("programs/<uuid:family_id>/end/", mine.end, name="end"),
]
