"""/api/v1/…"""

from django.urls import path

from . import access, mfa, pages, views
from .me import account, factors, organizations, sign_ins

urlpatterns = [
    path("schema/", pages.Schema.as_view(), name="api-schema"),
    path("docs/", pages.docs, name="api-docs"),
    path("auth/signup", views.SignUp.as_view(), name="api-signup"),
    path("auth/confirm-email", views.ConfirmEmail.as_view(), name="api-confirm-email"),
    path("auth/login", views.SignIn.as_view(), name="api-login"),
    path("auth/mfa/challenge", mfa.Challenge.as_view(), name="api-mfa-challenge"),
    path("auth/mfa/verify", mfa.Verify.as_view(), name="api-mfa-verify"),
    path("auth/passkey/options", mfa.PasskeyOptions.as_view(), name="api-passkey-options"),
    path("auth/passkey/verify", mfa.PasskeyVerify.as_view(), name="api-passkey-verify"),
    path("auth/code", mfa.RequestCode.as_view(), name="api-code"),
    path("auth/code/verify", mfa.CodeVerify.as_view(), name="api-code-verify"),
    path("auth/refresh", views.Refresh.as_view(), name="api-refresh"),
    path("auth/logout", views.Logout.as_view(), name="api-logout"),
    path("auth/password/reset", views.RequestReset.as_view(), name="api-password-reset"),
    path("auth/password/confirm", views.Reset.as_view(), name="api-password-confirm"),
    path("access/explain", access.Explain.as_view(), name="api-explain"),
    path(
        "organizations/<uuid:organization_id>/roles/<uuid:role_id>/dry-run",
        access.RoleDryRun.as_view(),
        name="api-role-dry-run",
    ),
    path(
        "organizations/<uuid:organization_id>/conditions/<uuid:condition_id>/dry-run",
        access.ConditionDryRun.as_view(),
        name="api-condition-dry-run",
    ),
    path("me", views.Me.as_view(), name="api-me"),
    path("me/sessions", sign_ins.MySessions.as_view(), name="api-my-sessions"),
    path("me/sessions/<uuid:session_id>", sign_ins.MySession.as_view(), name="api-my-session"),
    path("me/programs", sign_ins.MyPrograms.as_view(), name="api-my-programs"),
    path("me/programs/<uuid:family_id>", sign_ins.MyProgram.as_view(), name="api-my-program"),
    path("me/applications", sign_ins.MyApplications.as_view(), name="api-my-applications"),
    path(
        "me/applications/<uuid:consent_id>",
        sign_ins.MyApplication.as_view(),
        name="api-my-application",
    ),
    path("me/identities", sign_ins.MyIdentities.as_view(), name="api-my-identities"),
    path("me/identities/<uuid:identity_id>", sign_ins.MyIdentity.as_view(), name="api-my-identity"),
    path("me/organizations", organizations.MyOrganizations.as_view(), name="api-my-organizations"),
    path(
        "me/organizations/<uuid:place_id>",
        organizations.MyOrganization.as_view(),
        name="api-my-organization",
    ),
    path("me/password", account.MyPassword.as_view(), name="api-my-password"),
    path("me/email", account.MyEmail.as_view(), name="api-my-email"),
    path("me/email/confirm", account.ConfirmMyEmail.as_view(), name="api-confirm-my-email"),
    path("me/factors", factors.MyFactors.as_view(), name="api-my-factors"),
    path("me/factors/confirm", factors.ConfirmFactor.as_view(), name="api-confirm-factor"),
    path("me/factors/<slug:method>/<int:key>", factors.MyFactor.as_view(), name="api-my-factor"),
    path("me/recovery-codes", factors.RecoveryCodes.as_view(), name="api-my-recovery-codes"),
    path("me/browsers", factors.MyBrowsers.as_view(), name="api-my-browsers"),
    path("me/browsers/<uuid:browser_id>", factors.MyBrowser.as_view(), name="api-my-browser"),
]
