"""What can be permitted, as `resource:action`. Sorted; a name that was released stays."""

from enum import StrEnum


class Permission(StrEnum):
    ADMINISTRATORS_EDIT = "administrators:edit"
    APPLICATIONS_EDIT = "applications:edit"
    APPLICATIONS_READ = "applications:read"
    AUDIT_EXPORT = "audit:export"
    AUDIT_READ = "audit:read"
    AUDIT_STREAMS_EDIT = "audit_streams:edit"
    CERTIFICATES_READ = "certificates:read"
    CERTIFICATES_SCAN = "certificates:scan"
    CONDITIONS_EDIT = "conditions:edit"
    DOMAINS_EDIT = "domains:edit"
    DOMAINS_READ = "domains:read"
    HUB_CODES_READ = "hub_codes:read"
    HUBS_EDIT = "hubs:edit"
    HUBS_ENROL = "hubs:enrol"
    HUBS_LOGS = "hubs:logs"
    HUBS_OPERATE = "hubs:operate"
    HUBS_READ = "hubs:read"
    HUBS_REBOOT = "hubs:reboot"
    HUBS_RETIRE = "hubs:retire"
    HUBS_ROTATE = "hubs:rotate"
    HUBS_UPDATE = "hubs:update"
    IDENTITY_PROVIDERS_EDIT = "identity_providers:edit"
    IDENTITY_PROVIDERS_READ = "identity_providers:read"
    LOCKDOWNS_EDIT = "lockdowns:edit"
    LOCKDOWNS_READ = "lockdowns:read"
    MEMBERS_INVITE = "members:invite"
    MEMBERS_READ = "members:read"
    MEMBERS_REMOVE = "members:remove"
    MESSAGES_READ = "messages:read"
    MESSAGES_RETRY = "messages:retry"
    ORGANIZATIONS_CREATE = "organizations:create"
    ORGANIZATIONS_EDIT = "organizations:edit"
    ORGANIZATIONS_READ = "organizations:read"
    OVERVIEW_READ = "overview:read"
    PATCH_POLICIES_EDIT = "patch_policies:edit"
    PENETRATION_TESTS_EDIT = "penetration_tests:edit"
    PENETRATION_TESTS_READ = "penetration_tests:read"
    PEOPLE_DELETE = "people:delete"
    PEOPLE_DISABLE = "people:disable"
    PEOPLE_EXPORT = "people:export"
    PEOPLE_READ = "people:read"
    PEOPLE_RECOVER = "people:recover"
    PEOPLE_RESET_PASSWORD = "people:reset_password"  # noqa: S105
    POLICIES_EDIT = "policies:edit"
    POLICIES_READ = "policies:read"
    RELEASES_EDIT = "releases:edit"
    RELEASES_READ = "releases:read"
    RELEASES_SIGN_OFF = "releases:sign_off"
    RISKS_ACCEPT = "risks:accept"
    RISKS_EDIT = "risks:edit"
    RISKS_READ = "risks:read"
    RISKS_SIGN_OFF = "risks:sign_off"
    ROLES_BIND = "roles:bind"
    ROLES_EDIT = "roles:edit"
    ROLES_READ = "roles:read"
    SERVICE_ACCOUNTS_EDIT = "service_accounts:edit"
    SERVICE_ACCOUNTS_READ = "service_accounts:read"
    SESSIONS_END = "sessions:end"
    SESSIONS_READ = "sessions:read"
    SIGN_IN_PROVIDERS_EDIT = "sign_in_providers:edit"
    SIGN_IN_PROVIDERS_READ = "sign_in_providers:read"
    SITES_CREATE = "sites:create"
    SITES_EDIT = "sites:edit"
    SITES_READ = "sites:read"
    SYSTEM_READ = "system:read"
    TICKETS_EDIT = "tickets:edit"
    TICKETS_READ = "tickets:read"
    TICKETS_VERIFY = "tickets:verify"


# By value: `name in Permission` is an error on Python 3.11.
NAMES = frozenset(permission.value for permission in Permission)

# What concerns everybody on the platform, and so can be held on the platform only.
PLATFORM_ONLY = frozenset(
    {
        Permission.ADMINISTRATORS_EDIT,
        Permission.AUDIT_STREAMS_EDIT,
        Permission.CERTIFICATES_READ,
        Permission.CERTIFICATES_SCAN,
        Permission.LOCKDOWNS_EDIT,
        Permission.LOCKDOWNS_READ,
        Permission.MESSAGES_READ,
        Permission.MESSAGES_RETRY,
        Permission.ORGANIZATIONS_CREATE,
        Permission.PEOPLE_DELETE,
        Permission.PEOPLE_DISABLE,
        Permission.PEOPLE_EXPORT,
        Permission.PEOPLE_READ,
        Permission.PEOPLE_RECOVER,
        Permission.PEOPLE_RESET_PASSWORD,
        Permission.SESSIONS_END,
        Permission.SESSIONS_READ,
        Permission.SIGN_IN_PROVIDERS_EDIT,
        Permission.SIGN_IN_PROVIDERS_READ,
        Permission.SYSTEM_READ,
    }
)

# Who may do what, who may come in, and what is demanded of them: whoever uses these proves again, minutes before,
# that it is them (ASVS 7.5.3), so that a browser left open cannot be made to hand the house over.
SENSITIVE = frozenset(
    {
        Permission.ADMINISTRATORS_EDIT,
        Permission.APPLICATIONS_EDIT,
        Permission.AUDIT_STREAMS_EDIT,
        Permission.CONDITIONS_EDIT,
        Permission.DOMAINS_EDIT,
        Permission.IDENTITY_PROVIDERS_EDIT,
        Permission.LOCKDOWNS_EDIT,
        Permission.MEMBERS_INVITE,
        Permission.MEMBERS_REMOVE,
        Permission.ORGANIZATIONS_CREATE,
        Permission.ORGANIZATIONS_EDIT,
        Permission.PEOPLE_DELETE,
        Permission.PEOPLE_DISABLE,
        Permission.PEOPLE_EXPORT,
        Permission.PEOPLE_RECOVER,
        Permission.PEOPLE_RESET_PASSWORD,
        Permission.POLICIES_EDIT,
        Permission.ROLES_BIND,
        Permission.ROLES_EDIT,
        Permission.SERVICE_ACCOUNTS_EDIT,
        Permission.SESSIONS_END,
        Permission.SIGN_IN_PROVIDERS_EDIT,
    }
)
