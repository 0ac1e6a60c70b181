"""Every thing that an administrator can do on a page can be done by the API, under the same permission (issue 6).

A page that changes something joins this list with its counterpart, or with the reason why it has none.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

pytestmark = pytest.mark.one_database

# The page's name → the method and name of the resource.
COUNTERPARTS = {
    # jobs
    "start_job": "POST api-start-job",
    "cancel_job": "POST api-cancel-job",
    "undo_job": "POST api-undo-job",
    "download_job_file": "GET api-job-file",
    "export_people": "POST api-people-exports",
    "export_sessions": "POST api-session-exports",
    "export_messages": "POST api-message-exports",
    "export_api_tokens": "POST api-token-exports",
    "export_applications": "POST api-application-exports",
    "export_all_hubs": "POST api-all-hub-exports",
    "export_hubs": "POST api-hub-exports",
    "export_members": "POST api-member-exports",
    "export_administrators": "POST api-administrator-exports",
    "export_bindings": "POST api-binding-exports",
    "export_hub_codes": "POST api-hub-code-exports",
    "export_hub_groups": "POST api-hub-group-exports",
    "export_hub_tasks": "POST api-hub-task-exports",
    "export_lockdowns": "POST api-lockdown-exports",
    "export_organizations": "POST api-organization-list-exports",
    "export_service_accounts": "POST api-service-account-exports",
    "export_certificates": "POST api-certificate-exports",
    "export_identity_providers": "POST api-all-identity-provider-exports",
    "export_organization_identity_providers": "POST api-identity-provider-exports",
    "export_policies": "POST api-policy-exports",
    "export_sites": "POST api-site-exports",
    "export_rooms": "POST api-room-exports",
    "export_roles": "POST api-role-exports",
    "export_conditions": "POST api-condition-exports",
    "export_domains": "POST api-domain-exports",
    "export_organization_tokens": "POST api-organization-token-exports",
    # many rows at once
    "choose_all_hubs": "POST api-all-hub-jobs",
    "choose_api_tokens": "POST api-token-jobs",
    "choose_applications": "POST api-application-jobs",
    "choose_fleet": "POST api-hub-jobs",
    "choose_hub_codes": "POST api-hub-code-jobs",
    "choose_hub_groups": "POST api-hub-group-jobs",
    "choose_hub_tasks": "POST api-hub-task-jobs",
    "choose_lockdowns": "POST api-lockdown-jobs",
    "choose_messages": "POST api-message-jobs",
    "choose_organization_bindings": "POST api-binding-jobs",
    "choose_organization_domains": "POST api-domain-jobs",
    "choose_organization_members": "POST api-member-jobs",
    "choose_organization_service_accounts": "POST api-service-account-jobs",
    "choose_organization_sites": "POST api-site-jobs",
    "choose_organization_tokens": "POST api-organization-token-jobs",
    "choose_organizations": "POST api-organization-jobs",
    "choose_penetration_tests": "POST api-test-jobs",
    "choose_releases": "POST api-release-jobs",
    "choose_risks": "POST api-risk-jobs",
    "choose_rooms": "POST api-room-jobs",
    # people
    "choose_people": "POST api-people-jobs",
    "choose_sessions": "POST api-session-jobs",
    "copy_person": "POST api-person-copies",
    "download_copy": "GET api-person-copy-file",
    "delete_person": "POST api-delete-person",
    "restore_person": "POST api-restore-person",
    "erase_person": "POST api-erase-person",
    "lock_down_person": "POST api-lock-person-down",
    "lock_down_organization": "POST api-lock-organization-down",
    "lock_down_hub": "POST api-lock-hub-down",
    "lift_lockdown": "POST api-lift-lockdown",
    "read_notices": "POST api-read-notices",
    "disable_person": "POST api-disable-person",
    "enable_person": "POST api-enable-person",
    "recover_person": "POST api-recover-person",
    "send_reset": "POST api-send-reset",
    "end_sessions": "POST api-sign-out-person",
    "end_session": "DELETE api-person-session",
    "end_live_session": "DELETE api-person-session",
    "revoke_program": "DELETE api-person-program",
    # administrators
    "appoint_administrator": "POST api-administrators",
    "dismiss_administrator": "POST api-dismiss-administrator",
    # organizations
    "create_organization": "POST api-organizations",
    "rename_organization": "PATCH api-organization",
    "disable_organization": "POST api-disable-organization",
    "enable_organization": "POST api-enable-organization",
    "import_members": "POST api-import-members",
    "invite_member": "POST api-invitations",
    "remove_member": "DELETE api-member",
    "transfer_ownership": "POST api-transfer-ownership",
    "revoke_invitation": "DELETE api-invitation",
    "grant_role": "POST api-bindings",
    "revoke_role": "DELETE api-binding",
    "create_role": "POST api-roles",
    "edit_role": "PATCH api-role",
    "delete_role": "DELETE api-role",
    "create_condition": "POST api-conditions",
    "edit_condition": "PATCH api-condition",
    "delete_condition": "DELETE api-condition",
    "create_site": "POST api-sites",
    "edit_site": "PATCH api-site",
    "remove_site": "DELETE api-site",
    "claim_domain": "POST api-domains",
    "check_domain": "POST api-check-domain",
    "remove_domain": "DELETE api-domain",
    "create_policy": "POST api-policies",
    "edit_policy": "PATCH api-policy",
    "remove_policy": "DELETE api-policy",
    "create_service_account": "POST api-service-accounts",
    "disable_service_account": "POST api-disable-service-account",
    "enable_service_account": "POST api-enable-service-account",
    "create_token": "POST api-tokens",
    "revoke_token": "DELETE api-token",
    "revoke_api_token": "DELETE api-token",
    "organization_exports": "POST api-organization-exports",
    "download_organization_export": "GET api-organization-export-file",
    "delete_organization_export": "DELETE api-organization-export",
    # applications
    "create_application": "POST api-applications",
    "edit_application": "PATCH api-application",
    "disable_application": "POST api-disable-application",
    "enable_application": "POST api-enable-application",
    "create_secret": "POST api-secrets",
    "revoke_secret": "DELETE api-secret",
    # sign-in providers
    "edit_sign_in_provider": "PUT api-sign-in-provider",
    "test_sign_in_provider": "POST api-test-sign-in-provider",
    "enable_sign_in_provider": "POST api-enable-sign-in-provider",
    "disable_sign_in_provider": "POST api-disable-sign-in-provider",
    # identity providers
    "start_directory_sync": "POST api-syncs",
    "try_directory_sync": "POST api-syncs",
    "confirm_directory_sync": "POST api-confirm-sync",
    "drop_directory_sync": "POST api-drop-sync",
    "create_identity_provider": "POST api-identity-providers",
    "allow_identity_providers": "PUT api-enterprise-sign-on",
    "disallow_identity_providers": "PUT api-enterprise-sign-on",
    "route_domain": "PUT api-domain-route",
    "name_break_glass": "POST api-emergency-accounts",
    "unname_break_glass": "DELETE api-emergency-account",
    "identity_provider_step": "PATCH api-identity-provider-values",
    "test_identity_provider": "POST api-test-identity-provider",
    "identity_provider_roles": "PUT api-identity-provider-roles",
    "identity_provider_state": "POST api-identity-provider-state",
    "remove_identity_provider": "DELETE api-identity-provider",
    "prepare_saml_key": "POST api-prepare-saml-key",
    "activate_saml_key": "POST api-activate-saml-key",
    "retire_saml_key": "POST api-retire-saml-key",
    "create_setup_link": "POST api-setup-links",
    "revoke_setup_link": "DELETE api-setup-link",
    "remove_provider_identity": "DELETE api-provider-identity",
    # hubs
    "regroup_hubs": "POST api-regroup-hubs",
    "enrol_hubs": "POST api-hub-codes",
    "import_hubs": "POST api-import-hubs",
    "revoke_hub_code": "DELETE api-hub-code",
    "create_room": "POST api-rooms",
    "edit_room": "PATCH api-room",
    "remove_room": "DELETE api-room",
    "create_hub_group": "POST api-hub-groups",
    "rename_hub_group": "PATCH api-hub-group",
    "remove_hub_group": "DELETE api-hub-group",
    "create_hub_task": "POST api-hub-tasks",
    "cancel_hub_task": "POST api-cancel-hub-task",
    "edit_hub": "PATCH api-hub",
    "quarantine_hub": "POST api-quarantine-hub",
    "suspend_hub": "POST api-suspend-hub",
    "reactivate_hub": "POST api-reactivate-hub",
    "retire_hub": "POST api-retire-hub",
    "rotate_hub": "POST api-rotate-hub",
    "revoke_hub": "POST api-revoke-hub",
    "reenrol_hub": "POST api-enrol-hub-again",
    # certificates
    "scan_endpoints": "POST api-scan-certificates",
    # security
    "patch_policy": "PATCH api-patch-policy",
    "security_evidence": "GET api-evidence",
    "create_release": "POST api-releases",
    "edit_release": "PATCH api-release",
    "deploy_release": "POST api-deploy-release",
    "cancel_release": "POST api-cancel-release",
    "sign_checkpoint": "POST api-sign-checkpoint",
    "create_penetration_test": "POST api-penetration-tests",
    "edit_penetration_test": "PATCH api-penetration-test",
    "hold_penetration_test": "POST api-hold-penetration-test",
    "cancel_penetration_test": "POST api-cancel-penetration-test",
    "retest_penetration_test": "POST api-record-retest",
    "add_finding": "POST api-findings",
    "attach_test_report": "POST api-test-reports",
    "take_test_report": "GET api-test-report-file",
    "create_risk": "POST api-risks",
    "assess_risks": "POST api-risk-assessments",
    "sign_risk_assessment": "POST api-sign-risk-assessment",
    "edit_risk": "PATCH api-risk",
    "close_risk": "POST api-close-risk",
    "link_risk": "POST api-risk-tickets",
    "choose_tickets": "POST api-ticket-jobs",
    "import_findings": "POST api-import-findings",
    "download_tickets": "GET api-export-tickets",
    "export_tickets": "POST api-ticket-exports",
    "export_releases": "POST api-release-exports",
    "export_penetration_tests": "POST api-test-exports",
    "export_risks": "POST api-risk-exports",
    "create_ticket": "POST api-tickets",
    "edit_ticket": "PATCH api-ticket",
    "rate_ticket": "PATCH api-ticket",
    "assign_ticket": "PATCH api-ticket",
    "comment_ticket": "POST api-ticket-comments",
    "watch_ticket": "POST api-watch-ticket",
    "relate_ticket": "POST api-related-tickets",
    "share_ticket": "POST api-share-ticket",
    "attach_to_ticket": "POST api-ticket-attachments",
    "ticket_attachment": "GET api-ticket-attachment-file",
    "remove_ticket_attachment": "DELETE api-ticket-attachment",
    "move_ticket": "POST api-ticket-transitions",
    "verify_ticket": "POST api-ticket-transitions",
    "accept_ticket": "POST api-ticket-transitions",
    # messages
    "retry_dead": "POST api-retry-dead",
    "retry_message": "POST api-retry-message",
    # the audit trail
    "exports": "POST api-exports",
    "download_export": "GET api-export-file",
    "delete_export": "DELETE api-export",
    "create_stream": "POST api-audit-streams",
    "edit_stream": "PATCH api-audit-stream",
    "test_stream": "POST api-test-audit-stream",
    "pause_stream": "POST api-pause-audit-stream",
    "resume_stream": "POST api-resume-audit-stream",
    "skip_stream": "POST api-resume-audit-stream",
    "renew_stream": "POST api-renew-audit-stream-secret",
    "delete_stream": "DELETE api-audit-stream",
    "send_dead_letter": "POST api-send-dead-letter",
    "discard_dead_letter": "DELETE api-dead-letter",
    "run_verification": "POST api-verifications",
}
# No counterpart: why.
WITHOUT = {
    "calculate_ticket": "helps people to write a vector, and changes nothing; a program sends the vector",
}
# Where the permission is another: why.
OTHERWISE = {
    "move_ticket": "the service asks for the permission of the move",
    "verify_ticket": "the service asks for the permission of the move",
    "accept_ticket": "the service asks for the permission of the move",
}


def patterns(resolver: Any = None, before: str = "/") -> Iterator[tuple[str, URLPattern]]:
    for one in (resolver or get_resolver()).url_patterns:
        path = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from patterns(one, path)
        else:
            yield path, one


def methods_of(view: Any) -> set[str]:
    """What `require_http_methods` lets through to a page, as the decorators around it hold it."""
    while view is not None:
        for cell in getattr(view, "__closure__", None) or ():
            held = cell.cell_contents
            if isinstance(held, list) and set(held) & {"GET", "POST"}:
                return set(held)
        view = getattr(view, "__wrapped__", None)
    return set()


PAGES = {one.name: one.callback for path, one in patterns() if path.startswith("/admincenter/")}
RESOURCES: dict[str, Any] = {
    str(one.name): getattr(one.callback, "view_class", None)
    for path, one in patterns()
    if path.startswith("/api/v1/")
}


def test_each_page_says_which_methods_it_takes() -> None:
    assert [name for name, view in PAGES.items() if not methods_of(view)] == []


def test_each_page_that_changes_something_has_its_counterpart_or_a_reason() -> None:
    changing = {name for name, view in PAGES.items() if "POST" in methods_of(view)}
    assert changing - COUNTERPARTS.keys() - WITHOUT.keys() == set()
    # Nothing stands here that is gone.
    assert (COUNTERPARTS.keys() | WITHOUT.keys()) - changing == set()
    assert COUNTERPARTS.keys() & WITHOUT.keys() == set()


def test_each_counterpart_is_there_and_takes_the_same_permission() -> None:
    wrong = []
    for page, counterpart in COUNTERPARTS.items():
        method, name = counterpart.split()
        resource = RESOURCES.get(name)
        if resource is None or not hasattr(resource, method.lower()):
            wrong.append(f"{page}: there is no {counterpart}")
            continue
        taken = resource.access if method == "GET" else resource.changes[method]
        if (taken != PAGES[page].access) is (page not in OTHERWISE):
            wrong.append(f"{page} takes {PAGES[page].access}, {counterpart} takes {taken}")
    assert wrong == []
