from django.apps import AppConfig
from django.contrib.auth import user_logged_in


class SessionsConfig(AppConfig):
    name = "accounts.sessions"
    label = "sessions"

    def ready(self) -> None:
        # The pipeline writes when somebody signed in last (`people.py`): of every door, and in the statement that
        # locks them. Django's receiver would save them once more.
        user_logged_in.disconnect(dispatch_uid="update_last_login")
