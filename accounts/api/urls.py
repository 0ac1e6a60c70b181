"""/api/v1/…"""

from django.urls import path

from . import access, mfa, schema, views

urlpatterns = [
    path("schema/", schema.Schema.as_view(), name="api-schema"),
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
]
