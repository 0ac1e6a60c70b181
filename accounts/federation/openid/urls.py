"""/accounts/openid/…"""

from django.urls import path

from . import views

app_name = "openid"

urlpatterns = [
    path("<slug:organization>/<slug:provider>/callback/", views.callback, name="callback"),
    path(
        "<slug:organization>/<slug:provider>/backchannel-logout/",
        views.backchannel_logout,
        name="backchannel_logout",
    ),
]
