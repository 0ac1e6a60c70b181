"""One line per page and per action, of an organization and of the platform alike (see ../../urls.py)."""

from django.urls import URLPattern, URLResolver, include, path

from . import views

of_application = [
    path("", views.application, name="application"),
    path("edit/", views.edit, name="edit_application"),
    path("disable/", views.disable, name="disable_application"),
    path("enable/", views.enable, name="enable_application"),
    path("secrets/create/", views.create_secret, name="create_secret"),
    path("secrets/<int:slot>/revoke/", views.revoke_secret, name="revoke_secret"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.applications, name="applications"),
    path("create/", views.create, name="create_application"),
    path("<uuid:application_id>/", include(of_application)),
]
