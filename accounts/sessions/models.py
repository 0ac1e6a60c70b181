"""A session row: what the cookie opens, and what a person sees in the list of their sessions."""

from typing import ClassVar

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access.facts import Strength
from mago.core.ids import new_id

from .assurance import words_for
from .user_agents import describe


class SessionManager(BaseSessionManager["Session"]):
    pass


class Session(AbstractBaseSession):
    """`session_key` holds the SHA-256 of the cookie's value: whoever reads the table cannot sign in with it."""

    session_key = models.CharField(max_length=64, primary_key=True)
    id = models.UUIDField(default=new_id, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="sessions"
    )
    method = models.CharField(_("signed in with"), max_length=40, blank=True)
    # What was shown, in order (`assurance.Proof`, with blanks between); `strength` is what that amounts to.
    proofs = models.CharField(_("proved by"), max_length=200, blank=True)
    strength = models.PositiveSmallIntegerField(default=Strength.SINGLE_FACTOR.value)
    address = models.GenericIPAddressField(_("address"), null=True)
    user_agent = models.CharField(_("browser"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("signed in"), auto_now_add=True)
    # When the person last proved that it is them: at the sign-in, or asked again before something dangerous.
    proved_at = models.DateTimeField(_("proved"), default=timezone.now)
    last_seen_at = models.DateTimeField(_("last seen"))
    remembered = models.BooleanField(default=False)
    # Over by then, as whoever vouched for its person said; used or not.
    ends_at = models.DateTimeField(_("ends"), null=True)
    expire_date = models.DateTimeField(db_index=True)

    objects: ClassVar[SessionManager] = SessionManager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        indexes = [
            models.Index(fields=["user", "-last_seen_at"], name="session_of_user"),
            models.Index(fields=["-created_at", "-id"], name="session_newest"),
            models.Index(fields=["address", "-created_at"], name="session_from"),
        ]

    @property
    def browser(self) -> str:
        return describe(self.user_agent)

    @property
    def proved_by(self) -> str:
        return words_for(self.proofs.split())

    @classmethod
    def get_session_store_class(cls) -> type:
        from .store import SessionStore

        return SessionStore
