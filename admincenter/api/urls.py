"""/api/v1/…: what administrators look after. One line a resource."""

from django.urls import include, path

from . import organizations, sites

of_organization = [
    path("disable", organizations.DisableOrganization.as_view(), name="api-disable-organization"),
    path("enable", organizations.EnableOrganization.as_view(), name="api-enable-organization"),
    path("sites", sites.Sites.as_view(), name="api-sites"),
    path("sites/<uuid:site_id>", sites.OneSite.as_view(), name="api-site"),
]

urlpatterns = [
    path("organizations", organizations.Organizations.as_view(), name="api-organizations"),
    path(
        "organizations/<uuid:organization_id>",
        organizations.OneOrganization.as_view(),
        name="api-organization",
    ),
    path("organizations/<uuid:organization_id>/", include(of_organization)),
    path("sites", sites.AllSites.as_view(), name="api-all-sites"),
]
