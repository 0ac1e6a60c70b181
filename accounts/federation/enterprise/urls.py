"""/accounts/enterprise/…"""

from django.urls import path

from .views import journey, setup, trials

app_name = "enterprise"

urlpatterns = [
    path("link/", journey.link, name="link"),
    path("set-up/test/", setup.test, name="setup_test"),
    path("set-up/steps/<slug:step>/", setup.step, name="setup"),
    path("set-up/open/<key>/", setup.open_link, name="open_setup"),
    path("trials/<uuid:trial_id>/", trials.show, name="trial"),
    path("at/<slug:organization>/<slug:provider>/", journey.begin, name="begin"),
]
