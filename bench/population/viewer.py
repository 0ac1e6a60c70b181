"""The administrator of the platform who looks at it all, and the session that their browser would have."""

from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone

from accounts.access.roles import RoleName
from accounts.access.scope import PLATFORM
from accounts.access.services import grant_role
from accounts.models import User
from accounts.sessions.store import SessionStore


def administrator() -> Any:
    if dora := User.objects.filter(email="dora@example.org").first():
        return dora
    now = timezone.now()
    dora = User.objects.create(
        email="dora@example.org", password="!", email_confirmed_at=now, signed_out_at=now
    )
    grant_role(user=dora, role=RoleName.PLATFORM_ADMINISTRATOR, actor=None, scope=PLATFORM)
    return dora


def session_of(person: Any) -> str:
    """What the browser of somebody who has just signed in sends as its cookie."""
    session = SessionStore()
    session.method, session.proofs = "password", ["password"]
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return str(session.session_key)
