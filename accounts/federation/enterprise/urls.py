"""/accounts/enterprise/…"""

from django.urls import path

from .views import trials

app_name = "enterprise"

urlpatterns = [
    path("trials/<uuid:trial_id>/", trials.show, name="trial"),
]
