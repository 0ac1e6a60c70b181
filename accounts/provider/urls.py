"""Everything under /oauth/."""

from django.urls import path

from .views import authorize, device, logout, programs

app_name = "provider"

urlpatterns = [
    path("token", programs.token, name="token"),
    path("introspect", programs.introspect, name="introspect"),
    path("userinfo", programs.userinfo, name="userinfo"),
    path("revoke", programs.revoke, name="revoke"),
    path("jwks", programs.jwks, name="jwks"),
    path("device-authorization", programs.device_authorization, name="device_authorization"),
    path("authorize", authorize.authorize, name="authorize"),
    path("consent", authorize.consent, name="consent"),
    path("device", device.device, name="device"),
    path("end-session", logout.end_session, name="end_session"),
    path("end-session/confirm", logout.confirm, name="confirm_end_session"),
]
