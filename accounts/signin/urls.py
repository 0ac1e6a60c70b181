"""The entrance and one's own account. Names are those that allauth looks for."""

from django.urls import path

from .views import account, entrance, invitations, passwordless, step_up

urlpatterns = [
    path("signup/", entrance.sign_up, name="account_signup"),
    path("confirm-email/", entrance.check_mail, name="account_email_verification_sent"),
    path("confirm-email/<key>/", entrance.confirm_email, name="account_confirm_email"),
    path("login/", entrance.sign_in, name="account_login"),
    path("login/passkey/", passwordless.sign_in_with_passkey, name="account_login_passkey"),
    path(
        "login/passkey/options/",
        passwordless.passkey_options,
        name="account_login_passkey_options",
    ),
    path("login/code/", passwordless.request_code, name="account_login_code"),
    path("login/code/verify/", passwordless.sign_in_with_code, name="account_login_code_verify"),
    path("not-me/<key>/", account.lock_down, name="account_lock_down"),
    path("logout/", entrance.sign_out, name="account_logout"),
    path("password/reset/", entrance.request_reset, name="account_reset_password"),
    path("password/reset/done/", entrance.reset_requested, name="account_reset_password_done"),
    path("password/reset/set/", entrance.reset_password, name="account_reset_password_set"),
    path("password/reset/<key>/", entrance.open_reset_link, name="account_reset_password_from_key"),
    path("password/change/", account.change_password, name="account_change_password"),
    path("reauthenticate/", step_up.reauthenticate, name="account_reauthenticate"),
    path("reauthenticate/passkey/", step_up.passkey_options, name="account_reauthenticate_passkey"),
    path("email/", account.change_email, name="account_email"),
    path("email/<key>/", account.confirm_email_change, name="account_confirm_new_email"),
    path("organizations/invitations/<key>/", invitations.invitation, name="account_invitation"),
    path(
        "organizations/invitations/<key>/accept/",
        invitations.accept,
        name="account_accept_invitation",
    ),
    path("organizations/invitations/<key>/join/", invitations.join, name="account_join"),
]
