"""One line per page and per action, of an organization and of the platform alike (see ../../urls.py)."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.policies, name="policies"),
    path("create/", views.create, name="create_policy"),
    path("<uuid:policy_id>/", views.edit, name="edit_policy"),
    path("<uuid:policy_id>/remove/", views.remove, name="remove_policy"),
]
