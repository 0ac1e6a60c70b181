from django.urls import path

from . import views

app_name = "organizations"

urlpatterns = [
    path("", views.list_organizations, name="list"),
    path("<slug:slug>/leave/", views.leave, name="leave"),
]
