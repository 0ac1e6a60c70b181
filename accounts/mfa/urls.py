"""/accounts/mfa/…"""

from django.urls import path

from .views import enrol, factors, verify

app_name = "mfa"

urlpatterns = [
    path("", factors.list_factors, name="list"),
    path("verify/", verify.verify, name="verify"),
    path("verify/options/", verify.options, name="verify_options"),
    path("verify/<slug:kind>/<int:key>/", verify.verify, name="verify_with"),
    path("verify/<slug:kind>/<int:key>/send/", verify.send, name="send"),
    path("enrol/", enrol.enrol_now, name="enrol_now"),
    path("enrol/passkey/options/", enrol.enrol_now_options, name="enrol_now_options"),
    path("enrol/<slug:kind>/", enrol.enrol_now_with, name="enrol_now_with"),
    path("add/passkey/options/", enrol.add_options, name="add_options"),
    path("add/<slug:kind>/", enrol.add, name="add"),
    path("recovery/", factors.recovery, name="recovery"),
    path("<slug:kind>/<int:key>/rename/", factors.rename, name="rename"),
    path("<slug:kind>/<int:key>/remove/", factors.remove, name="remove"),
    path("browsers/<uuid:browser_id>/forget/", factors.forget_browser, name="forget_browser"),
]
