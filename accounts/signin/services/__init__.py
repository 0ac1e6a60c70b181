"""Everything that changes how people sign in; pages and the API call the same functions."""

from .email_address import confirm_email_change, request_email_change
from .first_factor import WrongCredentials, check_password
from .invitations import join
from .mailed_code import check_sign_in_code, send_sign_in_code
from .new_device import lock_down
from .owners import change_profile, create_first_owner, create_owner, may_set_up
from .passwords import (
    change_password,
    confirm_password,
    find_reset,
    request_password_reset,
    reset_password,
    send_reset_link,
)
from .sign_up import SignUp, confirm_sign_up, find_sign_up, sign_up

__all__ = [
    "SignUp",
    "WrongCredentials",
    "change_password",
    "change_profile",
    "check_password",
    "check_sign_in_code",
    "confirm_email_change",
    "confirm_password",
    "confirm_sign_up",
    "create_first_owner",
    "create_owner",
    "find_reset",
    "find_sign_up",
    "join",
    "lock_down",
    "may_set_up",
    "request_email_change",
    "request_password_reset",
    "reset_password",
    "send_reset_link",
    "send_sign_in_code",
    "sign_up",
]
