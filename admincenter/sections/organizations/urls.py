"""The pages of one organization, below its short name."""

from django.urls import URLPattern, path

from ..bulk import import_members
from . import (
    bindings,
    conditions,
    directory,
    domains,
    explain,
    exports,
    members,
    roles,
    service_accounts,
    sites,
    trail,
)

urlpatterns: list[URLPattern] = [
    path("", directory.overview, name="organization"),
    path("rename/", directory.rename, name="rename_organization"),
    path("disable/", directory.disable, name="disable_organization"),
    path("enable/", directory.enable, name="enable_organization"),
    path("members/", members.members, name="organization_members"),
    path("members/import/", import_members, name="import_members"),
    path("members/invite/", members.invite, name="invite_member"),
    path("members/<uuid:member_id>/remove/", members.remove, name="remove_member"),
    path("members/<uuid:member_id>/transfer/", members.transfer, name="transfer_ownership"),
    path(
        "invitations/<uuid:invitation_id>/revoke/",
        members.revoke_invitation,
        name="revoke_invitation",
    ),
    path("bindings/", bindings.bindings, name="organization_bindings"),
    path("bindings/grant/", bindings.grant, name="grant_role"),
    path("bindings/<uuid:binding_id>/revoke/", bindings.revoke, name="revoke_role"),
    path("roles/", roles.roles, name="organization_roles"),
    path("roles/create/", roles.create, name="create_role"),
    path("roles/<uuid:role_id>/", roles.edit, name="edit_role"),
    path("roles/<uuid:role_id>/delete/", roles.delete, name="delete_role"),
    path("conditions/", conditions.conditions, name="organization_conditions"),
    path("conditions/create/", conditions.create, name="create_condition"),
    path("conditions/<uuid:condition_id>/", conditions.edit, name="edit_condition"),
    path("conditions/<uuid:condition_id>/delete/", conditions.delete, name="delete_condition"),
    path("sites/", sites.sites, name="organization_sites"),
    path("sites/create/", sites.create, name="create_site"),
    path("sites/<uuid:site_id>/", sites.edit, name="edit_site"),
    path("sites/<uuid:site_id>/remove/", sites.remove, name="remove_site"),
    path("domains/", domains.domains, name="organization_domains"),
    path("domains/claim/", domains.claim, name="claim_domain"),
    path("domains/<uuid:domain_id>/check/", domains.check, name="check_domain"),
    path("domains/<uuid:domain_id>/remove/", domains.remove, name="remove_domain"),
    path(
        "service-accounts/", service_accounts.service_accounts, name="organization_service_accounts"
    ),
    path("service-accounts/tokens/", service_accounts.tokens, name="organization_tokens"),
    path("service-accounts/create/", service_accounts.create, name="create_service_account"),
    path(
        "service-accounts/<uuid:account_id>/disable/",
        service_accounts.disable,
        name="disable_service_account",
    ),
    path(
        "service-accounts/<uuid:account_id>/enable/",
        service_accounts.enable,
        name="enable_service_account",
    ),
    path(
        "service-accounts/<uuid:account_id>/",
        service_accounts.service_account,
        name="service_account",
    ),
    path(
        "service-accounts/<uuid:account_id>/tokens/create/",
        service_accounts.create_token,
        name="create_token",
    ),
    path(
        "service-accounts/<uuid:account_id>/tokens/<uuid:token_id>/revoke/",
        service_accounts.revoke_token,
        name="revoke_token",
    ),
    path("audit/", trail.events, name="organization_audit"),
    path("audit/<int:event_id>/", trail.event, name="organization_event"),
    path("audit/exports/", exports.exports, name="organization_exports"),
    path(
        "audit/exports/<uuid:export_id>/download/",
        exports.download,
        name="download_organization_export",
    ),
    path(
        "audit/exports/<uuid:export_id>/delete/",
        exports.delete,
        name="delete_organization_export",
    ),
    path("explain/", explain.explain, name="organization_explain"),
]
