"""The same resources twice: of the platform's programme, and of an organization's."""

from django.urls import URLPattern, URLResolver, include, path

from . import (
    around_tickets,
    bulk,
    exchange,
    exports,
    penetration_tests,
    programme,
    register,
    releases,
    risks,
    tickets,
)

of_ticket = [
    path("transitions", tickets.Transitions.as_view(), name="api-ticket-transitions"),
    path("comments", tickets.Comments.as_view(), name="api-ticket-comments"),
    path("watch", around_tickets.Watch.as_view(), name="api-watch-ticket"),
    path("share", around_tickets.Share.as_view(), name="api-share-ticket"),
    path("related", around_tickets.Related.as_view(), name="api-related-tickets"),
    path("related/<uuid:other_id>", around_tickets.OneRelated.as_view(), name="api-related-ticket"),
    path("attachments", around_tickets.Attachments.as_view(), name="api-ticket-attachments"),
    path(
        "attachments/<uuid:attachment_id>",
        around_tickets.OneAttachment.as_view(),
        name="api-ticket-attachment",
    ),
    path(
        "attachments/<uuid:attachment_id>/file",
        around_tickets.AttachmentFile.as_view(),
        name="api-ticket-attachment-file",
    ),
]

of_release = [
    path("deploy", releases.DeployRelease.as_view(), name="api-deploy-release"),
    path("cancel", releases.CancelRelease.as_view(), name="api-cancel-release"),
    path(
        "checkpoints/<slug:checkpoint>/sign",
        releases.SignCheckpoint.as_view(),
        name="api-sign-checkpoint",
    ),
]

of_test = [
    path("hold", penetration_tests.HoldTest.as_view(), name="api-hold-penetration-test"),
    path("cancel", penetration_tests.CancelTest.as_view(), name="api-cancel-penetration-test"),
    path("retest", penetration_tests.RecordRetest.as_view(), name="api-record-retest"),
    path("findings", penetration_tests.Findings.as_view(), name="api-findings"),
    path("summary", penetration_tests.Summary.as_view(), name="api-penetration-test-summary"),
    path("reports", penetration_tests.Reports.as_view(), name="api-test-reports"),
    path(
        "reports/<uuid:report_id>/file",
        penetration_tests.ReportFile.as_view(),
        name="api-test-report-file",
    ),
]

of_risk = [
    path("close", risks.CloseRisk.as_view(), name="api-close-risk"),
    path("tickets", risks.TicketsOfRisk.as_view(), name="api-risk-tickets"),
    path("tickets/<uuid:ticket_id>", risks.TicketOfRisk.as_view(), name="api-risk-ticket"),
]

of_programme: list[URLPattern | URLResolver] = [
    path("patch-policy", programme.PatchPolicy.as_view(), name="api-patch-policy"),
    path("security-figures", programme.SecurityFigures.as_view(), name="api-security-figures"),
    path("evidence", programme.Evidence.as_view(), name="api-evidence"),
    path("tickets", tickets.Tickets.as_view(), name="api-tickets"),
    path("tickets/jobs", bulk.TicketJobs.as_view(), name="api-ticket-jobs"),
    path("tickets/import", exchange.ImportFindings.as_view(), name="api-import-findings"),
    path("tickets/export", exchange.ExportTickets.as_view(), name="api-export-tickets"),
    path("tickets/exports", exports.TicketExports.as_view(), name="api-ticket-exports"),
    path("tickets/<uuid:ticket_id>", tickets.OneTicket.as_view(), name="api-ticket"),
    path("tickets/<uuid:ticket_id>/", include(of_ticket)),
    path("releases", releases.Releases.as_view(), name="api-releases"),
    path("releases/exports", exports.ReleaseExports.as_view(), name="api-release-exports"),
    path("releases/jobs", register.ReleaseJobs.as_view(), name="api-release-jobs"),
    path("releases/<uuid:release_id>", releases.OneRelease.as_view(), name="api-release"),
    path("releases/<uuid:release_id>/", include(of_release)),
    path("penetration-tests", penetration_tests.Tests.as_view(), name="api-penetration-tests"),
    path("penetration-tests/exports", exports.TestExports.as_view(), name="api-test-exports"),
    path("penetration-tests/jobs", register.TestJobs.as_view(), name="api-test-jobs"),
    path(
        "penetration-tests/<uuid:test_id>",
        penetration_tests.OneTest.as_view(),
        name="api-penetration-test",
    ),
    path("penetration-tests/<uuid:test_id>/", include(of_test)),
    path("risks", risks.Risks.as_view(), name="api-risks"),
    path("risks/exports", exports.RiskExports.as_view(), name="api-risk-exports"),
    path("risks/jobs", register.RiskJobs.as_view(), name="api-risk-jobs"),
    path("risks/map", risks.RiskMap.as_view(), name="api-risk-map"),
    path("risks/<uuid:risk_id>", risks.OneRisk.as_view(), name="api-risk"),
    path("risks/<uuid:risk_id>/", include(of_risk)),
    path("risk-assessments", risks.Assessments.as_view(), name="api-risk-assessments"),
    path(
        "risk-assessments/<uuid:assessment_id>",
        risks.OneAssessment.as_view(),
        name="api-risk-assessment",
    ),
    path(
        "risk-assessments/<uuid:assessment_id>/sign",
        risks.SignAssessment.as_view(),
        name="api-sign-risk-assessment",
    ),
]

urlpatterns = [
    *of_programme,
    path("organizations/<uuid:organization_id>/", include(of_programme)),
]
