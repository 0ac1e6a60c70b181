"""Mounted at dev/, where the inbox gateway is in use."""

from django.urls import path

from . import views

app_name = "inbox"
urlpatterns = [
    path("inbox/", views.inbox, name="list"),
    path("inbox.json", views.inbox_json, name="json"),
    path("inbox/<int:number>/", views.inbox_html, name="html"),
]
