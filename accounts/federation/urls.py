"""/accounts/identities/…"""

from django.urls import path

from .views import arrival, identities, journey

app_name = "federation"

urlpatterns = [
    path("", identities.list_identities, name="list"),
    path("confirm/", arrival.confirm_link, name="confirm_link"),
    path("check-mail/", arrival.check_mail, name="check_mail"),
    path("confirm-address/<key>/", arrival.confirm_address, name="confirm_address"),
    path("<uuid:identity_id>/unlink/", identities.unlink, name="unlink"),
    path("<slug:kind>/begin/", journey.begin, name="begin"),
    path("<slug:kind>/link/", journey.link, name="link"),
    path("<slug:kind>/prove/", journey.prove, name="prove"),
    path("<slug:kind>/callback/", journey.callback, name="callback"),
]
