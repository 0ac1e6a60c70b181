"""/accounts/enterprise/…"""

from django.urls import path

from .views import journey, trials

app_name = "enterprise"

urlpatterns = [
    path("link/", journey.link, name="link"),
    path("trials/<uuid:trial_id>/", trials.show, name="trial"),
    path("<slug:organization>/<slug:provider>/", journey.begin, name="begin"),
]
