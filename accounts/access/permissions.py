"""What can be permitted, as `resource:action`."""

from enum import StrEnum


class Permission(StrEnum):
    AUDIT_READ = "audit:read"
    MESSAGES_READ = "messages:read"
    MESSAGES_RETRY = "messages:retry"
    OVERVIEW_READ = "overview:read"
    PEOPLE_DISABLE = "people:disable"
    PEOPLE_READ = "people:read"
    PEOPLE_RESET_PASSWORD = "people:reset_password"  # noqa: S105
    SESSIONS_END = "sessions:end"
