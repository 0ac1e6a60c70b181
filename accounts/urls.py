"""Everything under /accounts/."""

from django.urls import include, path

from accounts.signin.views import account

accounts_patterns = ([path("", account.profile, name="profile")], "accounts")

urlpatterns = [
    path("", include(accounts_patterns)),
    path("", include("accounts.signin.urls")),
    path("organizations/", include("accounts.organizations.urls")),
    path("sessions/", include("accounts.sessions.urls")),
    path("mfa/", include("accounts.mfa.urls")),
    path("applications/", include("accounts.provider.account_urls")),
    path("privacy/", include("accounts.privacy.urls")),
    path("identities/", include("accounts.federation.urls")),
    path("enterprise/", include("accounts.federation.enterprise.urls")),
    path("directory/", include("accounts.federation.directory.urls")),
    path("openid/", include("accounts.federation.openid.urls")),
    path("saml/", include("accounts.federation.saml.urls")),
]
