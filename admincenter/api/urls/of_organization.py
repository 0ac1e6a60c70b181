"""/api/v1/organizations/<organization>/…: its people, what they may, its sites, domains and trail."""

from django.urls import path

from .. import (
    audit,
    audit_exports,
    bindings,
    bulk,
    domains,
    exports,
    jobs,
    members,
    organizations,
    roles,
    service_accounts,
    sites,
    standing,
)

urlpatterns = [
    path("lock-down", standing.LockOrganizationDown.as_view(), name="api-lock-organization-down"),
    path("disable", organizations.DisableOrganization.as_view(), name="api-disable-organization"),
    path("enable", organizations.EnableOrganization.as_view(), name="api-enable-organization"),
    path("members", members.Members.as_view(), name="api-members"),
    path("members/<uuid:member_id>", members.OneMember.as_view(), name="api-member"),
    path(
        "members/<uuid:member_id>/transfer",
        members.TransferOwnership.as_view(),
        name="api-transfer-ownership",
    ),
    path("members/import", jobs.ImportMembers.as_view(), name="api-import-members"),
    path("members/exports", exports.MemberExports.as_view(), name="api-member-exports"),
    path("members/jobs", bulk.MemberJobs.as_view(), name="api-member-jobs"),
    path("invitations", members.Invitations.as_view(), name="api-invitations"),
    path(
        "invitations/<uuid:invitation_id>", members.OneInvitation.as_view(), name="api-invitation"
    ),
    path("bindings", bindings.Bindings.as_view(), name="api-bindings"),
    path("bindings/exports", exports.BindingExports.as_view(), name="api-binding-exports"),
    path("bindings/jobs", bulk.BindingJobs.as_view(), name="api-binding-jobs"),
    path("bindings/<uuid:binding_id>", bindings.OneBinding.as_view(), name="api-binding"),
    path("roles", roles.Roles.as_view(), name="api-roles"),
    path("roles/exports", exports.RoleExports.as_view(), name="api-role-exports"),
    path("roles/<uuid:role_id>", roles.OneRole.as_view(), name="api-role"),
    path("conditions", roles.Conditions.as_view(), name="api-conditions"),
    path("conditions/exports", exports.ConditionExports.as_view(), name="api-condition-exports"),
    path("conditions/<uuid:condition_id>", roles.OneCondition.as_view(), name="api-condition"),
    path("sites", sites.Sites.as_view(), name="api-sites"),
    path("sites/exports", exports.SiteExports.as_view(), name="api-site-exports"),
    path("sites/jobs", bulk.SiteJobs.as_view(), name="api-site-jobs"),
    path("sites/<uuid:site_id>", sites.OneSite.as_view(), name="api-site"),
    path("domains", domains.Domains.as_view(), name="api-domains"),
    path("domains/exports", exports.DomainExports.as_view(), name="api-domain-exports"),
    path("domains/jobs", bulk.DomainJobs.as_view(), name="api-domain-jobs"),
    path("domains/<uuid:domain_id>", domains.OneDomain.as_view(), name="api-domain"),
    path("domains/<uuid:domain_id>/check", domains.CheckDomain.as_view(), name="api-check-domain"),
    path(
        "service-accounts", service_accounts.ServiceAccounts.as_view(), name="api-service-accounts"
    ),
    path(
        "service-accounts/exports",
        exports.ServiceAccountExports.as_view(),
        name="api-service-account-exports",
    ),
    path(
        "service-accounts/jobs",
        bulk.ServiceAccountJobs.as_view(),
        name="api-service-account-jobs",
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
    path("api-tokens", service_accounts.AllTokens.as_view(), name="api-organization-tokens"),
    path(
        "api-tokens/exports",
        exports.OrganizationTokenExports.as_view(),
        name="api-organization-token-exports",
    ),
    path(
        "api-tokens/jobs",
        bulk.OrganizationTokenJobs.as_view(),
        name="api-organization-token-jobs",
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
    path("audit", audit.OrganizationEvents.as_view(), name="api-organization-audit"),
    path("audit/<int:event_id>", audit.OrganizationEvent.as_view(), name="api-organization-event"),
    path(
        "audit/exports",
        audit_exports.OrganizationExports.as_view(),
        name="api-organization-exports",
    ),
    path(
        "audit/exports/<uuid:export_id>",
        audit_exports.OrganizationExport.as_view(),
        name="api-organization-export",
    ),
    path(
        "audit/exports/<uuid:export_id>/file",
        audit_exports.OrganizationExportFile.as_view(),
        name="api-organization-export-file",
    ),
]
