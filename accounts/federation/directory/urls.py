"""/accounts/directory/…"""

from django.urls import path

from . import views

app_name = "directory"

urlpatterns = [
    path("trials/<uuid:trial_id>/", views.trial, name="trial"),
    path("<slug:organization>/<slug:provider>/", views.sign_in, name="sign_in"),
]
