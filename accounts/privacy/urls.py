from django.urls import path

from . import views

app_name = "privacy"

urlpatterns = [
    path("", views.privacy, name="privacy"),
    path("copy/", views.ask, name="ask"),
    path("copies/<uuid:copy_id>/", views.download, name="download"),
    path("delete/", views.delete, name="delete"),
]
