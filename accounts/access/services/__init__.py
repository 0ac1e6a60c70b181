"""Who belongs where and holds what: every change, with its audit row."""

from .conditions import create_condition, delete_condition, demand_to_decide, edit_condition
from .demands import demand_permission, demand_to_bind
from .inviting import Guest, invite, invite_all
from .members import (
    accept_invitation,
    join,
    leave,
    remove_member,
    revoke_invitation,
    transfer_ownership,
)
from .on_platform import grant_on_platform, revoke_on_platform
from .people import set_active, sign_out_everywhere
from .roles import (
    Role,
    create_custom_role,
    delete_custom_role,
    edit_custom_role,
    grant_role,
    permissions_in,
    revoke_role,
)
from .service_accounts import create_service_account, set_service_account_active

__all__ = [
    "Guest",
    "Role",
    "accept_invitation",
    "create_condition",
    "create_custom_role",
    "create_service_account",
    "delete_condition",
    "delete_custom_role",
    "demand_permission",
    "demand_to_bind",
    "demand_to_decide",
    "edit_condition",
    "edit_custom_role",
    "grant_on_platform",
    "grant_role",
    "invite",
    "invite_all",
    "join",
    "leave",
    "permissions_in",
    "remove_member",
    "revoke_invitation",
    "revoke_on_platform",
    "revoke_role",
    "set_active",
    "set_service_account_active",
    "sign_out_everywhere",
    "transfer_ownership",
]
