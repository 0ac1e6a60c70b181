"""/api/v1/…"""

from django.urls import path

from . import access, schema, views

urlpatterns = [
    path("schema/", schema.Schema.as_view(), name="api-schema"),
    path("auth/signup", views.SignUp.as_view(), name="api-signup"),
    path("auth/confirm-email", views.ConfirmEmail.as_view(), name="api-confirm-email"),
    path("auth/login", views.SignIn.as_view(), name="api-login"),
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
