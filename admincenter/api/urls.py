"""/api/v1/…: what administrators look after. One line a resource."""

from django.urls import include, path

from . import (
    applications,
    bindings,
    domains,
    members,
    organizations,
    policies,
    roles,
    service_accounts,
    sites,
)

of_organization = [
    path("disable", organizations.DisableOrganization.as_view(), name="api-disable-organization"),
    path("enable", organizations.EnableOrganization.as_view(), name="api-enable-organization"),
    path("members", members.Members.as_view(), name="api-members"),
    path("members/<uuid:member_id>", members.OneMember.as_view(), name="api-member"),
    path(
        "members/<uuid:member_id>/transfer",
        members.TransferOwnership.as_view(),
        name="api-transfer-ownership",
    ),
    path("invitations", members.Invitations.as_view(), name="api-invitations"),
    path(
        "invitations/<uuid:invitation_id>", members.OneInvitation.as_view(), name="api-invitation"
    ),
    path("bindings", bindings.Bindings.as_view(), name="api-bindings"),
    path("bindings/<uuid:binding_id>", bindings.OneBinding.as_view(), name="api-binding"),
    path("roles", roles.Roles.as_view(), name="api-roles"),
    path("roles/<uuid:role_id>", roles.OneRole.as_view(), name="api-role"),
    path("conditions", roles.Conditions.as_view(), name="api-conditions"),
    path("conditions/<uuid:condition_id>", roles.OneCondition.as_view(), name="api-condition"),
    path("sites", sites.Sites.as_view(), name="api-sites"),
    path("sites/<uuid:site_id>", sites.OneSite.as_view(), name="api-site"),
    path("domains", domains.Domains.as_view(), name="api-domains"),
    path("domains/<uuid:domain_id>", domains.OneDomain.as_view(), name="api-domain"),
    path("domains/<uuid:domain_id>/check", domains.CheckDomain.as_view(), name="api-check-domain"),
    path("policies", policies.Policies.as_view(), name="api-policies"),
    path("policies/effective", policies.EffectivePolicies.as_view(), name="api-effective-policies"),
    path("policies/<uuid:policy_id>", policies.OnePolicy.as_view(), name="api-policy"),
    path(
        "service-accounts", service_accounts.ServiceAccounts.as_view(), name="api-service-accounts"
    ),
    path(
        "service-accounts/<uuid:account_id>",
        service_accounts.OneServiceAccount.as_view(),
        name="api-service-account",
    ),
    path(
        "service-accounts/<uuid:account_id>/disable",
        service_accounts.DisableServiceAccount.as_view(),
        name="api-disable-service-account",
    ),
    path(
        "service-accounts/<uuid:account_id>/enable",
        service_accounts.EnableServiceAccount.as_view(),
        name="api-enable-service-account",
    ),
    path(
        "service-accounts/<uuid:account_id>/tokens",
        service_accounts.Tokens.as_view(),
        name="api-tokens",
    ),
    path(
        "service-accounts/<uuid:account_id>/tokens/<uuid:token_id>",
        service_accounts.OneToken.as_view(),
        name="api-token",
    ),
    path("applications", applications.Applications.as_view(), name="api-applications"),
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
]

urlpatterns = [
    path("organizations", organizations.Organizations.as_view(), name="api-organizations"),
    path(
        "organizations/<uuid:organization_id>",
        organizations.OneOrganization.as_view(),
        name="api-organization",
    ),
    path("organizations/<uuid:organization_id>/", include(of_organization)),
    path("roles", roles.BuiltInRoles.as_view(), name="api-built-in-roles"),
    path("sites", sites.AllSites.as_view(), name="api-all-sites"),
]
