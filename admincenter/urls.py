"""One line per page and per action."""

from django.urls import include, path

from .sections import (
    administrators,
    api_tokens,
    begin,
    bulk,
    certificates,
    exports,
    jobs,
    messages,
    notices,
    people,
    search,
    sessions,
    sign_in_providers,
    standing,
    switch,
    system,
)
from .sections.applications.urls import urlpatterns as application_patterns
from .sections.audit.urls import urlpatterns as audit_patterns
from .sections.directories.urls import urlpatterns as directory_patterns
from .sections.hubs import fleet
from .sections.hubs.urls import urlpatterns as hub_patterns
from .sections.identity_providers import directory as identity_providers
from .sections.identity_providers.urls import urlpatterns as identity_provider_patterns
from .sections.organizations import directory
from .sections.organizations.urls import urlpatterns as organization_patterns
from .sections.overview import platform
from .sections.policies.urls import urlpatterns as policy_patterns
from .security.urls import urlpatterns as security_patterns

app_name = "admincenter"

urlpatterns = [
    path("", platform.overview, name="overview"),
    path("search/", search.search, name="search"),
    path("system/", system.system, name="system"),
    path("switch/", switch.switch, name="switch"),
    path("begin/<slug:action>/", begin.begin, name="begin"),
    path("notifications/", notices.notices, name="notices"),
    path("notifications/bell/", notices.bell, name="bell"),
    path("notifications/read/", notices.read, name="read_notices"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/<uuid:job_id>/", jobs.job, name="job"),
    path("jobs/<uuid:job_id>/progress/", jobs.progress, name="job_progress"),
    path("jobs/<uuid:job_id>/start/", jobs.start, name="start_job"),
    path("jobs/<uuid:job_id>/cancel/", jobs.cancel, name="cancel_job"),
    path("jobs/<uuid:job_id>/undo/", jobs.undo, name="undo_job"),
    path("jobs/<uuid:job_id>/file/", exports.download, name="download_job_file"),
    path("people/", people.people, name="people"),
    path("people/choose/", bulk.people, name="choose_people"),
    path("people/export/", exports.people, name="export_people"),
    path("people/<uuid:person_id>/", people.person, name="person"),
    path("people/<uuid:person_id>/disable/", people.disable, name="disable_person"),
    path("people/<uuid:person_id>/enable/", people.enable, name="enable_person"),
    path("people/<uuid:person_id>/copy/", standing.copy, name="copy_person"),
    path(
        "people/<uuid:person_id>/copies/<uuid:copy_id>/",
        standing.download,
        name="download_copy",
    ),
    path("people/<uuid:person_id>/delete/", standing.delete, name="delete_person"),
    path("people/<uuid:person_id>/erase/", standing.erase, name="erase_person"),
    path("people/<uuid:person_id>/lock-down/", standing.lock_person_down, name="lock_down_person"),
    path("people/<uuid:person_id>/restore/", standing.restore, name="restore_person"),
    path("people/<uuid:person_id>/recover/", people.recover, name="recover_person"),
    path("people/<uuid:person_id>/send-reset/", people.send_reset, name="send_reset"),
    path("people/<uuid:person_id>/sessions/end/", people.end_sessions, name="end_sessions"),
    path(
        "people/<uuid:person_id>/sessions/<uuid:session_id>/end/",
        people.end_one_session,
        name="end_session",
    ),
    path(
        "people/<uuid:person_id>/programs/<uuid:family_id>/revoke/",
        people.revoke_program,
        name="revoke_program",
    ),
    path("administrators/", administrators.administrators, name="administrators"),
    path("administrators/export/", exports.administrators, name="export_administrators"),
    path("administrators/appoint/", administrators.appoint, name="appoint_administrator"),
    path(
        "administrators/<uuid:binding_id>/dismiss/",
        administrators.dismiss,
        name="dismiss_administrator",
    ),
    path("api-tokens/", api_tokens.tokens, name="api_tokens"),
    path("api-tokens/export/", exports.api_tokens, name="export_api_tokens"),
    path("api-tokens/choose/", bulk.api_tokens, name="choose_api_tokens"),
    path("api-tokens/<uuid:token_id>/revoke/", api_tokens.revoke, name="revoke_api_token"),
    path("sessions/", sessions.sessions, name="sessions"),
    path("sessions/choose/", bulk.sessions, name="choose_sessions"),
    path("sessions/export/", exports.sessions, name="export_sessions"),
    path("sessions/<uuid:session_id>/end/", sessions.end, name="end_live_session"),
    path("lockdowns/", standing.lockdowns, name="lockdowns"),
    path("lockdowns/export/", exports.lockdowns, name="export_lockdowns"),
    path("lockdowns/choose/", bulk.lockdowns, name="choose_lockdowns"),
    path("lockdowns/<uuid:lockdown_id>/lift/", standing.lift, name="lift_lockdown"),
    path("create-organization/", directory.create, name="create_organization"),
    path("organizations/", directory.organizations, name="organizations"),
    # No organization can have that short name.
    path("organizations/_all/export/", exports.organizations, name="export_organizations"),
    path("organizations/_all/choose/", bulk.organizations, name="choose_organizations"),
    path(
        "organizations/<slug:slug>/lock-down/",
        standing.lock_organization_down,
        name="lock_down_organization",
    ),
    path("organizations/<slug:slug>/members/export/", exports.members, name="export_members"),
    path("organizations/<slug:slug>/bindings/export/", exports.bindings, name="export_bindings"),
    path(
        "organizations/<slug:slug>/service-accounts/export/",
        exports.service_accounts,
        name="export_service_accounts",
    ),
    path(
        "organizations/<slug:slug>/applications/export/",
        exports.applications,
        name="export_applications",
    ),
    path("applications/export/", exports.applications, {"slug": None}, name="export_applications"),
    path("organizations/<slug:slug>/policies/export/", exports.policies, name="export_policies"),
    path("policies/export/", exports.policies, {"slug": None}, name="export_policies"),
    path(
        "organizations/<slug:slug>/service-accounts/tokens/export/",
        exports.tokens,
        name="export_organization_tokens",
    ),
    path("organizations/<slug:slug>/sites/export/", exports.sites, name="export_sites"),
    path("organizations/<slug:slug>/roles/export/", exports.roles, name="export_roles"),
    path(
        "organizations/<slug:slug>/conditions/export/",
        exports.conditions,
        name="export_conditions",
    ),
    path("organizations/<slug:slug>/domains/export/", exports.domains, name="export_domains"),
    path(
        "organizations/<slug:slug>/members/choose/",
        bulk.organization_members,
        name="choose_organization_members",
    ),
    path(
        "organizations/<slug:slug>/bindings/choose/",
        bulk.bindings,
        name="choose_organization_bindings",
    ),
    path(
        "organizations/<slug:slug>/service-accounts/choose/",
        bulk.service_accounts,
        name="choose_organization_service_accounts",
    ),
    path(
        "organizations/<slug:slug>/service-accounts/tokens/choose/",
        bulk.organization_tokens,
        name="choose_organization_tokens",
    ),
    path(
        "organizations/<slug:slug>/applications/choose/",
        bulk.applications,
        name="choose_applications",
    ),
    path("applications/choose/", bulk.applications, {"slug": None}, name="choose_applications"),
    path("organizations/<slug:slug>/sites/choose/", bulk.sites, name="choose_organization_sites"),
    path(
        "organizations/<slug:slug>/domains/choose/",
        bulk.domains,
        name="choose_organization_domains",
    ),
    path("organizations/<slug:slug>/", include(organization_patterns)),
    path("organizations/<slug:slug>/applications/", include(application_patterns)),
    path("organizations/<slug:slug>/policies/", include(policy_patterns)),
    # The platform's own are those of no organization.
    path("applications/", include(application_patterns), {"slug": None}),
    path("policies/", include(policy_patterns), {"slug": None}),
    path("sign-in-providers/", sign_in_providers.providers, name="sign_in_providers"),
    path("sign-in-providers/<slug:kind>/", sign_in_providers.provider, name="sign_in_provider"),
    path(
        "sign-in-providers/<slug:kind>/edit/", sign_in_providers.edit, name="edit_sign_in_provider"
    ),
    path(
        "sign-in-providers/<slug:kind>/test/", sign_in_providers.test, name="test_sign_in_provider"
    ),
    path(
        "sign-in-providers/<slug:kind>/enable/",
        sign_in_providers.enable,
        name="enable_sign_in_provider",
    ),
    path(
        "sign-in-providers/<slug:kind>/disable/",
        sign_in_providers.disable,
        name="disable_sign_in_provider",
    ),
    path("identity-providers/<slug:slug>/<uuid:provider_id>/sync/", include(directory_patterns)),
    path("identity-providers/", identity_providers.everywhere, name="identity_providers"),
    # No organization can have that short name.
    path(
        "identity-providers/_all/export/",
        exports.all_identity_providers,
        name="export_identity_providers",
    ),
    path(
        "identity-providers/<slug:slug>/export/",
        exports.identity_providers,
        name="export_organization_identity_providers",
    ),
    path("identity-providers/<slug:slug>/", include(identity_provider_patterns)),
    path("hubs/", fleet.fleets, name="hubs"),
    # No organization can have that short name.
    path("hubs/_all/", fleet.everywhere, name="all_hubs"),
    path("hubs/_all/export/", exports.all_hubs, name="export_all_hubs"),
    path("hubs/_all/choose/", bulk.all_hubs, name="choose_all_hubs"),
    path("hubs/<slug:slug>/export/", exports.hubs, name="export_hubs"),
    path("hubs/<slug:slug>/tasks/export/", exports.hub_tasks, name="export_hub_tasks"),
    path("hubs/<slug:slug>/rooms/export/", exports.rooms, name="export_rooms"),
    path("hubs/<slug:slug>/groups/export/", exports.hub_groups, name="export_hub_groups"),
    path("hubs/<slug:slug>/codes/export/", exports.hub_codes, name="export_hub_codes"),
    path("hubs/<slug:slug>/choose/", bulk.fleet, name="choose_fleet"),
    path("hubs/<slug:slug>/tasks/choose/", bulk.hub_tasks, name="choose_hub_tasks"),
    path("hubs/<slug:slug>/groups/choose/", bulk.hub_groups, name="choose_hub_groups"),
    path("hubs/<slug:slug>/rooms/choose/", bulk.rooms, name="choose_rooms"),
    path("hubs/<slug:slug>/codes/choose/", bulk.hub_codes, name="choose_hub_codes"),
    path("hubs/<slug:slug>/", include(hub_patterns)),
    path("certificates/", certificates.certificates, name="certificates"),
    path("certificates/export/", exports.certificates, name="export_certificates"),
    path("certificates/scan/", certificates.scan, name="scan_endpoints"),
    path("security/", include(security_patterns)),
    path("messages/", messages.messages, name="messages"),
    path("messages/retry/", messages.retry_dead, name="retry_dead"),
    path("messages/export/", exports.messages_sent, name="export_messages"),
    path("messages/choose/", bulk.outbox, name="choose_messages"),
    path("messages/<uuid:message_id>/", messages.message, name="message"),
    path("messages/<uuid:message_id>/retry/", messages.retry, name="retry_message"),
    path("audit/", include(audit_patterns)),
]
