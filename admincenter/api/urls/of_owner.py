"""Of an organization, /api/v1/organizations/<organization>/…, and, without one, of the platform, /api/v1/…"""

from django.urls import path

from .. import applications, bulk, exports, policies

urlpatterns = [
    path("applications", applications.Applications.as_view(), name="api-applications"),
    path(
        "applications/exports", exports.ApplicationExports.as_view(), name="api-application-exports"
    ),
    path("applications/jobs", bulk.ApplicationJobs.as_view(), name="api-application-jobs"),
    path(
        "applications/<uuid:application_id>",
        applications.OneApplication.as_view(),
        name="api-application",
    ),
    path(
        "applications/<uuid:application_id>/disable",
        applications.DisableApplication.as_view(),
        name="api-disable-application",
    ),
    path(
        "applications/<uuid:application_id>/enable",
        applications.EnableApplication.as_view(),
        name="api-enable-application",
    ),
    path(
        "applications/<uuid:application_id>/secrets",
        applications.Secrets.as_view(),
        name="api-secrets",
    ),
    path(
        "applications/<uuid:application_id>/secrets/<int:slot>",
        applications.OneSecret.as_view(),
        name="api-secret",
    ),
    path("policies", policies.Policies.as_view(), name="api-policies"),
    path("policies/effective", policies.EffectivePolicies.as_view(), name="api-effective-policies"),
    path("policies/exports", exports.PolicyExports.as_view(), name="api-policy-exports"),
    path("policies/<uuid:policy_id>", policies.OnePolicy.as_view(), name="api-policy"),
]
