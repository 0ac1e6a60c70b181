"""The map of the site. Each slice lists its own paths; a new one is mounted here."""

from django.conf import settings
from django.urls import include, path

from accounts.federation.views import associations
from accounts.provider.views import programs
from accounts.signin.views import entrance
from admincenter.security.views import outside
from mago import telemetry, views
from mago.messaging import callbacks

urlpatterns = [
    # First: hubs and applications ask most often, and each route above costs them.
    path("api/v1/hubs/", include("hubs.urls")),
    path("oauth/", include("accounts.provider.urls")),
    path("", views.home, name="home"),
    path("preferences/", views.preferences, name="preferences"),
    path("setup/<token>/", entrance.set_up, name="setup"),
    path("accounts/", include("accounts.urls")),
    path("admincenter/", include("admincenter.urls")),
    path("api/v1/messages/twilio/status", callbacks.twilio_status, name="twilio-status"),
    path("api/v1/", include("accounts.api.urls")),
    path("api/v1/", include("admincenter.api.urls")),
    path("api/v1/", include("admincenter.security.api.urls")),
    path(
        ".well-known/openid-configuration",
        programs.openid_configuration,
        name="openid-configuration",
    ),
    path(
        ".well-known/oauth-authorization-server",
        programs.oauth_authorization_server,
        name="oauth-authorization-server",
    ),
    path(".well-known/security.txt", outside.security_txt, name="security-txt"),
    path("docs/", include("mago.documentation.urls")),
    path("security/report/", outside.report, name="report_vulnerability"),
    path("security/reported/", outside.reported, name="vulnerability_reported"),
    path("health/live", telemetry.live, name="live"),
    path("health/ready", telemetry.ready, name="ready"),
    path("metrics", telemetry.figures, name="metrics"),
    path(".well-known/change-password", views.change_password, name="well-known-change-password"),
    path(
        ".well-known/microsoft-identity-association.json",
        associations.microsoft,
        name="well-known-microsoft",
    ),
    path(".well-known/apple-app-site-association", associations.apple, name="well-known-apple"),
    path(".well-known/assetlinks.json", associations.android, name="well-known-android"),
    path(
        ".well-known/apple-developer-domain-association.txt",
        associations.apple_domain,
        name="well-known-apple-domain",
    ),
]

if settings.MAGO_INBOX:
    urlpatterns += [
        path("dev/", include("mago.messaging.urls")),
        path("dev/elements/", views.elements, name="elements"),
    ]

handler400 = "mago.core.errors.bad_request"
handler403 = "mago.core.errors.permission_denied"
handler404 = "mago.core.errors.page_not_found"
handler500 = "mago.core.errors.server_error"
