"""A person: the e-mail address is the name."""

import unicodedata
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mago.core.ids import new_id


def normalize_email(email: str) -> str:
    """The one spelling under which an address is stored and looked up: NFC, lower case, no blanks around.

    A domain is spelled as the mail server is found by it: else one mailbox would have many addresses, and
    each of them limits of its own.

    >>> normalize_email(" Ada@EXAMPLE.com"), normalize_email("ada@ex\u00adam\uff50le.com")
    ('ada@example.com', 'ada@example.com')
    """
    local, at, domain = unicodedata.normalize("NFC", email).strip().lower().rpartition("@")
    return f"{local}{at}{_one_spelling(domain)}"


def _one_spelling(domain: str) -> str:
    if domain.isascii() and "xn--" not in domain:
        return domain
    try:
        return domain.encode("idna").decode("idna")
    except UnicodeError:
        return domain


def is_email(email: str) -> bool:
    """Whether a normalized address is one that an account can have.

    >>> is_email("ada@example.com"), is_email("ada"), is_email(f"{'a' * 60}@{'b' * 200}.com")
    (True, False, False)
    """
    try:
        validate_email(email)
    except ValidationError:
        return False
    return len(email) <= 254


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A new person; without a password, one who signs in by other means."""
        user = self.model(email=normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=normalize_email(username or ""))


class User(AbstractBaseUser):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(_("e-mail address"), max_length=254, unique=True)
    email_confirmed_at = models.DateTimeField(_("e-mail address confirmed"), null=True, blank=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    # Sessions and tokens opened before this moment are void: one lever for a new password, a lock-down, a disabled account.
    signed_out_at = models.DateTimeField(_("signed out everywhere"), default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="user_newest"),
            # On PostgreSQL with COLLATE "C", by its migration.
            models.Index(Lower("name"), name="user_by_name"),
            models.Index(
                fields=["-created_at", "-id"], name="user_disabled", condition=Q(is_active=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_confirmed(self) -> bool:
        return self.email_confirmed_at is not None
