"""The pages of the security programme, below the short name of whose it is; the platform's is `_platform`."""

from typing import Any

from django.urls import URLPattern, URLResolver, include, path

from .views import (
    bulk,
    exchange,
    exports,
    figures,
    moves,
    penetration_tests,
    programmes,
    rating,
    releases,
    risks,
    ticket,
    tickets,
)

ticket_patterns: list[Any] = [
    path("", ticket.ticket, name="ticket"),
    path("edit/", ticket.edit, name="edit_ticket"),
    path("rate/", rating.rate, name="rate_ticket"),
    path("calculate/", rating.calculate, name="calculate_ticket"),
    path("assign/", ticket.assign, name="assign_ticket"),
    path("comment/", ticket.comment, name="comment_ticket"),
    path("watch/", ticket.watch, name="watch_ticket"),
    path("relate/", ticket.relate, name="relate_ticket"),
    path("share/", ticket.share, name="share_ticket"),
    path("attach/", ticket.attach, name="attach_to_ticket"),
    path("files/<uuid:attachment_id>/download/", ticket.take_attachment, name="ticket_attachment"),
    path(
        "files/<uuid:attachment_id>/remove/",
        ticket.remove_attachment,
        name="remove_ticket_attachment",
    ),
    path("verify/", moves.verify, name="verify_ticket"),
    path("accept/", moves.accept, name="accept_ticket"),
    path("move/<slug:move>/", moves.move, name="move_ticket"),
]

release_patterns: list[Any] = [
    path("", releases.releases, name="releases"),
    path("export/", exports.releases, name="export_releases"),
    path("choose/", bulk.releases, name="choose_releases"),
    path("create/", releases.create, name="create_release"),
    path("<uuid:release_id>/", releases.release, name="release"),
    path("<uuid:release_id>/edit/", releases.edit, name="edit_release"),
    path("<uuid:release_id>/deploy/", releases.deploy, name="deploy_release"),
    path("<uuid:release_id>/cancel/", releases.cancel, name="cancel_release"),
    path("<uuid:release_id>/<slug:kind>/sign/", releases.sign, name="sign_checkpoint"),
]

test_patterns: list[Any] = [
    path("", penetration_tests.tests, name="penetration_tests"),
    path("export/", exports.penetration_tests, name="export_penetration_tests"),
    path("choose/", bulk.penetration_tests, name="choose_penetration_tests"),
    path("create/", penetration_tests.create, name="create_penetration_test"),
    path("<uuid:test_id>/", penetration_tests.test, name="penetration_test"),
    path("<uuid:test_id>/edit/", penetration_tests.edit, name="edit_penetration_test"),
    path("<uuid:test_id>/hold/", penetration_tests.hold, name="hold_penetration_test"),
    path("<uuid:test_id>/cancel/", penetration_tests.cancel, name="cancel_penetration_test"),
    path("<uuid:test_id>/retest/", penetration_tests.retest, name="retest_penetration_test"),
    path("<uuid:test_id>/findings/create/", penetration_tests.add_finding, name="add_finding"),
    path("<uuid:test_id>/attach/", penetration_tests.attach, name="attach_test_report"),
    path(
        "<uuid:test_id>/reports/<uuid:report_id>/download/",
        penetration_tests.take_report,
        name="take_test_report",
    ),
    path("<uuid:test_id>/summary/", penetration_tests.customer_report, name="customer_report"),
]

risk_patterns: list[Any] = [
    path("", risks.risks, name="risks"),
    path("export/", exports.risks, name="export_risks"),
    path("choose/", bulk.risks, name="choose_risks"),
    path("create/", risks.create, name="create_risk"),
    path("assess/", risks.assess, name="assess_risks"),
    path("assessments/<uuid:assessment_id>/", risks.assessment, name="risk_assessment"),
    path("assessments/<uuid:assessment_id>/sign/", risks.sign, name="sign_risk_assessment"),
    path("<uuid:risk_id>/", risks.risk, name="risk"),
    path("<uuid:risk_id>/edit/", risks.edit, name="edit_risk"),
    path("<uuid:risk_id>/close/", risks.close, name="close_risk"),
    path("<uuid:risk_id>/link/", risks.link, name="link_risk"),
]

programme_patterns: list[Any] = [
    path("", figures.figures, name="security_figures"),
    path("policy/", figures.policy, name="patch_policy"),
    path("evidence/download/", figures.take_evidence, name="security_evidence"),
    path("releases/", include(release_patterns)),
    path("penetration-tests/", include(test_patterns)),
    path("risks/", include(risk_patterns)),
    path("tickets/", tickets.tickets, name="tickets"),
    path("tickets/choose/", tickets.choose, name="choose_tickets"),
    path("tickets/import/", exchange.import_file, name="import_findings"),
    path("tickets/export/", exports.tickets, name="export_tickets"),
    path("tickets/export/download/", exchange.export, name="download_tickets"),
    path("tickets/create/", tickets.create, name="create_ticket"),
    path("tickets/calculator/", rating.calculator, name="cvss_calculator"),
    path("tickets/<int:number>/", include(ticket_patterns)),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", programmes.programmes, name="security"),
    path("<slug:slug>/", include(programme_patterns)),
]
