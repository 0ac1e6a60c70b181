"""/api/v1/…: what administrators look after. One line a resource."""

from django.urls import URLPattern, URLResolver, include, path

from . import (
    administrators,
    applications,
    audit,
    audit_exports,
    audit_streams,
    audit_verification,
    bindings,
    certificates,
    domains,
    exports,
    hub_groups,
    hub_places,
    hub_tasks,
    hubs,
    jobs,
    members,
    messages,
    notices,
    organizations,
    overview,
    people,
    policies,
    roles,
    service_accounts,
    sessions,
    sign_in_providers,
    sites,
    standing,
    system,
)
from .identity_providers import providers
from .identity_providers.urls import urlpatterns as identity_provider_patterns

of_organization = [
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
    path("invitations", members.Invitations.as_view(), name="api-invitations"),
    path(
        "invitations/<uuid:invitation_id>", members.OneInvitation.as_view(), name="api-invitation"
    ),
    path("bindings", bindings.Bindings.as_view(), name="api-bindings"),
    path("bindings/exports", exports.BindingExports.as_view(), name="api-binding-exports"),
    path("bindings/<uuid:binding_id>", bindings.OneBinding.as_view(), name="api-binding"),
    path("roles", roles.Roles.as_view(), name="api-roles"),
    path("roles/exports", exports.RoleExports.as_view(), name="api-role-exports"),
    path("roles/<uuid:role_id>", roles.OneRole.as_view(), name="api-role"),
    path("conditions", roles.Conditions.as_view(), name="api-conditions"),
    path("conditions/exports", exports.ConditionExports.as_view(), name="api-condition-exports"),
    path("conditions/<uuid:condition_id>", roles.OneCondition.as_view(), name="api-condition"),
    path("sites", sites.Sites.as_view(), name="api-sites"),
    path("sites/exports", exports.SiteExports.as_view(), name="api-site-exports"),
    path("sites/<uuid:site_id>", sites.OneSite.as_view(), name="api-site"),
    path("domains", domains.Domains.as_view(), name="api-domains"),
    path("domains/exports", exports.DomainExports.as_view(), name="api-domain-exports"),
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

# Of an organization and, without one, of the platform.
of_applications = [
    path("applications", applications.Applications.as_view(), name="api-applications"),
    path(
        "applications/exports", exports.ApplicationExports.as_view(), name="api-application-exports"
    ),
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

# Of an organization and, without one, of the platform.
of_policies = [
    path("policies", policies.Policies.as_view(), name="api-policies"),
    path("policies/effective", policies.EffectivePolicies.as_view(), name="api-effective-policies"),
    path("policies/exports", exports.PolicyExports.as_view(), name="api-policy-exports"),
    path("policies/<uuid:policy_id>", policies.OnePolicy.as_view(), name="api-policy"),
]

of_hub = [
    path("presence", hubs.HubPresence.as_view(), name="api-hub-presence"),
    path("credentials", hubs.HubCredentials.as_view(), name="api-hub-credentials"),
    path("outages", hubs.HubOutages.as_view(), name="api-hub-outages"),
    path("tasks", hub_tasks.TasksOfHub.as_view(), name="api-tasks-of-hub"),
    path("quarantine", hubs.QuarantineHub.as_view(), name="api-quarantine-hub"),
    path("lock-down", hubs.LockHubDown.as_view(), name="api-lock-hub-down"),
    path("suspend", hubs.SuspendHub.as_view(), name="api-suspend-hub"),
    path("reactivate", hubs.ReactivateHub.as_view(), name="api-reactivate-hub"),
    path("retire", hubs.RetireHub.as_view(), name="api-retire-hub"),
    path("revoke", hubs.RevokeHub.as_view(), name="api-revoke-hub"),
    path("rotate", hubs.RotateHub.as_view(), name="api-rotate-hub"),
    path("enrol-again", hub_places.EnrolAgain.as_view(), name="api-enrol-hub-again"),
]

of_fleet: list[URLPattern | URLResolver] = [
    path("fleet", hubs.Fleet.as_view(), name="api-fleet"),
    path("hubs", hubs.Hubs.as_view(), name="api-hubs"),
    path("hubs/import", hub_places.ImportHubs.as_view(), name="api-import-hubs"),
    path("hubs/exports", exports.HubExports.as_view(), name="api-hub-exports"),
    path("hubs/<uuid:hub_id>", hubs.OneHub.as_view(), name="api-hub"),
    path("hubs/<uuid:hub_id>/", include(of_hub)),
    path("rooms", hub_places.Rooms.as_view(), name="api-rooms"),
    path("rooms/exports", exports.RoomExports.as_view(), name="api-room-exports"),
    path("rooms/<uuid:room_id>", hub_places.OneRoom.as_view(), name="api-room"),
    path("hub-codes", hub_places.Codes.as_view(), name="api-hub-codes"),
    path("hub-codes/<uuid:code_id>", hub_places.OneCode.as_view(), name="api-hub-code"),
    path("hub-groups", hub_groups.Groups.as_view(), name="api-hub-groups"),
    path("hub-groups/<uuid:group_id>", hub_groups.OneGroup.as_view(), name="api-hub-group"),
    path("hub-groups/<uuid:group_id>/hubs", hub_groups.Regroup.as_view(), name="api-regroup-hubs"),
    path("tasks", hub_tasks.Tasks.as_view(), name="api-hub-tasks"),
    path("tasks/exports", exports.HubTaskExports.as_view(), name="api-hub-task-exports"),
    path("tasks/<uuid:task_id>", hub_tasks.OneTask.as_view(), name="api-hub-task"),
    path("tasks/<uuid:task_id>/cancel", hub_tasks.CancelTask.as_view(), name="api-cancel-hub-task"),
    path(
        "tasks/<uuid:task_id>/hubs",
        hub_tasks.Assignments.as_view(),
        name="api-hub-task-assignments",
    ),
    path(
        "tasks/<uuid:task_id>/hubs/<uuid:assignment_id>",
        hub_tasks.OneAssignment.as_view(),
        name="api-hub-task-assignment",
    ),
]

of_person = [
    path("lock-down", standing.LockPersonDown.as_view(), name="api-lock-person-down"),
    path("delete", standing.DeletePerson.as_view(), name="api-delete-person"),
    path("restore", standing.RestorePerson.as_view(), name="api-restore-person"),
    path("erase", standing.ErasePerson.as_view(), name="api-erase-person"),
    path("copies", standing.PersonCopies.as_view(), name="api-person-copies"),
    path(
        "copies/<uuid:copy_id>/file",
        standing.PersonCopyFile.as_view(),
        name="api-person-copy-file",
    ),
    path("disable", people.DisablePerson.as_view(), name="api-disable-person"),
    path("enable", people.EnablePerson.as_view(), name="api-enable-person"),
    path("recover", people.RecoverPerson.as_view(), name="api-recover-person"),
    path("send-reset", people.SendReset.as_view(), name="api-send-reset"),
    path("sign-out", people.SignOutPerson.as_view(), name="api-sign-out-person"),
    path("sessions", people.SessionsOfPerson.as_view(), name="api-person-sessions"),
    path("sessions/<uuid:session_id>", people.SessionOfPerson.as_view(), name="api-person-session"),
    path("programs", people.ProgramsOfPerson.as_view(), name="api-person-programs"),
    path("programs/<uuid:family_id>", people.ProgramOfPerson.as_view(), name="api-person-program"),
]

of_stream = [
    path("test", audit_streams.TestStream.as_view(), name="api-test-audit-stream"),
    path("pause", audit_streams.PauseStream.as_view(), name="api-pause-audit-stream"),
    path("resume", audit_streams.ResumeStream.as_view(), name="api-resume-audit-stream"),
    path("secret", audit_streams.RenewStreamSecret.as_view(), name="api-renew-audit-stream-secret"),
]

of_sign_in_provider = [
    path("test", sign_in_providers.TestSignInProvider.as_view(), name="api-test-sign-in-provider"),
    path(
        "enable",
        sign_in_providers.EnableSignInProvider.as_view(),
        name="api-enable-sign-in-provider",
    ),
    path(
        "disable",
        sign_in_providers.DisableSignInProvider.as_view(),
        name="api-disable-sign-in-provider",
    ),
]

urlpatterns = [
    path("organizations", organizations.Organizations.as_view(), name="api-organizations"),
    path(
        "organizations/exports",
        exports.OrganizationExports.as_view(),
        name="api-organization-list-exports",
    ),
    path(
        "organizations/<uuid:organization_id>",
        organizations.OneOrganization.as_view(),
        name="api-organization",
    ),
    path("organizations/<uuid:organization_id>/", include(of_organization)),
    path("organizations/<uuid:organization_id>/", include(of_applications)),
    *of_applications,
    path("organizations/<uuid:organization_id>/", include(of_policies)),
    *of_policies,
    path("organizations/<uuid:organization_id>/", include(of_fleet)),
    path(
        "organizations/<uuid:organization_id>/identity-providers/exports",
        exports.IdentityProviderExports.as_view(),
        name="api-identity-provider-exports",
    ),
    path("organizations/<uuid:organization_id>/", include(identity_provider_patterns)),
    path(
        "identity-providers",
        providers.AllIdentityProviders.as_view(),
        name="api-all-identity-providers",
    ),
    path(
        "identity-providers/exports",
        exports.AllIdentityProviderExports.as_view(),
        name="api-all-identity-provider-exports",
    ),
    path("administrators", administrators.Administrators.as_view(), name="api-administrators"),
    path(
        "administrators/exports",
        exports.AdministratorExports.as_view(),
        name="api-administrator-exports",
    ),
    path(
        "administrators/<uuid:binding_id>",
        administrators.OneAdministrator.as_view(),
        name="api-administrator",
    ),
    path(
        "administrators/<uuid:binding_id>/dismiss",
        administrators.DismissAdministrator.as_view(),
        name="api-dismiss-administrator",
    ),
    path("hubs/exports", exports.AllHubExports.as_view(), name="api-all-hub-exports"),
    path("hubs", hubs.AllHubs.as_view(), name="api-all-hubs"),
    path("roles", roles.BuiltInRoles.as_view(), name="api-built-in-roles"),
    path("sites", sites.AllSites.as_view(), name="api-all-sites"),
    path("system", system.System.as_view(), name="api-system"),
    path("overview", overview.Overview.as_view(), name="api-overview"),
    path("people", people.People.as_view(), name="api-people"),
    path("people/exports", exports.PeopleExports.as_view(), name="api-people-exports"),
    path("people/jobs", jobs.PeopleJobs.as_view(), name="api-people-jobs"),
    path("people/<uuid:person_id>", people.OnePerson.as_view(), name="api-person"),
    path("people/<uuid:person_id>/", include(of_person)),
    path("lockdowns", standing.Lockdowns.as_view(), name="api-lockdowns"),
    path("lockdowns/exports", exports.LockdownExports.as_view(), name="api-lockdown-exports"),
    path(
        "lockdowns/<uuid:lockdown_id>/lift",
        standing.LiftLockdown.as_view(),
        name="api-lift-lockdown",
    ),
    path("notices", notices.Notices.as_view(), name="api-notices"),
    path("notices/read", notices.ReadNotices.as_view(), name="api-read-notices"),
    path("api-tokens", service_accounts.AllTokens.as_view(), name="api-all-tokens"),
    path("sessions", sessions.Sessions.as_view(), name="api-sessions"),
    path("api-tokens/exports", exports.TokenExports.as_view(), name="api-token-exports"),
    path("sessions/exports", exports.SessionExports.as_view(), name="api-session-exports"),
    path("sessions/jobs", jobs.SessionJobs.as_view(), name="api-session-jobs"),
    path("jobs", jobs.Jobs.as_view(), name="api-jobs"),
    path("jobs/<uuid:job_id>", jobs.OneJob.as_view(), name="api-job"),
    path("jobs/<uuid:job_id>/items", jobs.Items.as_view(), name="api-job-items"),
    path("jobs/<uuid:job_id>/file", exports.JobFile.as_view(), name="api-job-file"),
    path("jobs/<uuid:job_id>/start", jobs.StartJob.as_view(), name="api-start-job"),
    path("jobs/<uuid:job_id>/cancel", jobs.CancelJob.as_view(), name="api-cancel-job"),
    path("jobs/<uuid:job_id>/undo", jobs.UndoJob.as_view(), name="api-undo-job"),
    path("certificates", certificates.Certificates.as_view(), name="api-certificates"),
    path(
        "certificates/exports",
        exports.CertificateExports.as_view(),
        name="api-certificate-exports",
    ),
    path(
        "certificates/scan", certificates.ScanCertificates.as_view(), name="api-scan-certificates"
    ),
    path("messages", messages.Messages.as_view(), name="api-messages"),
    path("messages/exports", exports.MessageExports.as_view(), name="api-message-exports"),
    path("messages/retry-dead", messages.RetryDead.as_view(), name="api-retry-dead"),
    path("messages/<uuid:message_id>", messages.OneMessage.as_view(), name="api-message"),
    path(
        "messages/<uuid:message_id>/retry",
        messages.RetryMessage.as_view(),
        name="api-retry-message",
    ),
    path(
        "sign-in-providers",
        sign_in_providers.SignInProviders.as_view(),
        name="api-sign-in-providers",
    ),
    path(
        "sign-in-providers/<slug:kind>",
        sign_in_providers.OneSignInProvider.as_view(),
        name="api-sign-in-provider",
    ),
    path("sign-in-providers/<slug:kind>/", include(of_sign_in_provider)),
    path("audit", audit.Events.as_view(), name="api-audit"),
    path("audit/<int:event_id>", audit.OneEvent.as_view(), name="api-event"),
    path("audit/exports", audit_exports.Exports.as_view(), name="api-exports"),
    path("audit/exports/<uuid:export_id>", audit_exports.OneExport.as_view(), name="api-export"),
    path(
        "audit/exports/<uuid:export_id>/file",
        audit_exports.ExportFile.as_view(),
        name="api-export-file",
    ),
    path("audit/streams", audit_streams.Streams.as_view(), name="api-audit-streams"),
    path(
        "audit/streams/<uuid:stream_id>", audit_streams.OneStream.as_view(), name="api-audit-stream"
    ),
    path("audit/streams/<uuid:stream_id>/", include(of_stream)),
    path(
        "audit/verifications", audit_verification.Verifications.as_view(), name="api-verifications"
    ),
    path("audit/checkpoint", audit_verification.Checkpoint.as_view(), name="api-checkpoint"),
]
