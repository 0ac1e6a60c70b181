"""/api/v1/…: what administrators look after. One line a resource."""

from django.urls import include, path

from .. import (
    administrators,
    audit,
    audit_exports,
    audit_letters,
    audit_streams,
    audit_verification,
    bulk,
    certificates,
    exports,
    hubs,
    jobs,
    messages,
    notices,
    organizations,
    overview,
    people,
    roles,
    service_accounts,
    sessions,
    sign_in_providers,
    sites,
    standing,
    system,
)
from ..identity_providers import providers
from ..identity_providers.urls import urlpatterns as identity_provider_patterns
from . import of_fleet, of_organization, of_owner, of_person

of_stream = [
    path("test", audit_streams.TestStream.as_view(), name="api-test-audit-stream"),
    path("pause", audit_streams.PauseStream.as_view(), name="api-pause-audit-stream"),
    path("resume", audit_streams.ResumeStream.as_view(), name="api-resume-audit-stream"),
    path("secret", audit_streams.RenewStreamSecret.as_view(), name="api-renew-audit-stream-secret"),
    path("dead-letters", audit_letters.DeadLetters.as_view(), name="api-dead-letters"),
    path(
        "dead-letters/<uuid:letter_id>",
        audit_letters.OneDeadLetter.as_view(),
        name="api-dead-letter",
    ),
    path(
        "dead-letters/<uuid:letter_id>/send",
        audit_letters.SendDeadLetter.as_view(),
        name="api-send-dead-letter",
    ),
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
    path("organizations/jobs", bulk.OrganizationJobs.as_view(), name="api-organization-jobs"),
    path(
        "organizations/<uuid:organization_id>",
        organizations.OneOrganization.as_view(),
        name="api-organization",
    ),
    path("organizations/<uuid:organization_id>/", include(of_organization)),
    path("organizations/<uuid:organization_id>/", include(of_owner)),
    *of_owner.urlpatterns,
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
    path("hubs/jobs", bulk.AllHubJobs.as_view(), name="api-all-hub-jobs"),
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
    path("lockdowns/jobs", bulk.LockdownJobs.as_view(), name="api-lockdown-jobs"),
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
    path("api-tokens/jobs", bulk.TokenJobs.as_view(), name="api-token-jobs"),
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
    path("messages/jobs", bulk.MessageJobs.as_view(), name="api-message-jobs"),
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
