"""Messages are tried again and lockdowns lifted, many at once."""

from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.permissions import Permission
from accounts.models import User
from accounts.standing.models import Lockdown
from accounts.standing.selectors import lockdowns
from accounts.standing.services import lift_lockdown
from mago.jobs.models import Item
from mago.messaging.models import Message, Status
from mago.messaging.selectors import messages
from mago.messaging.services import retry

from ..forms import LockdownFilters, MessageFilters
from ..keyset import Listing
from ..selectors.lockdowns import find_lockdowns
from ..selectors.outbox import find_messages
from .rows import Rows, RowsWork


class OfPlatform(Rows):
    def place(self, row: Any) -> None:
        """What may be done to any is decided on the platform."""


class Messages(OfPlatform):
    page, reads = "messages", Permission.MESSAGES_READ
    form_class = MessageFilters

    def find(self, **chosen: Any) -> Listing:
        return find_messages(**chosen)

    def all(self) -> QuerySet[Message]:
        return messages()

    def label(self, row: Message) -> str:
        return f"{row.recipient} · {row.created_at:%Y-%m-%d %H:%M}"


class RetryMessages(RowsWork):
    kind, rows, permission = "messages.retry", Messages, Permission.MESSAGES_RETRY
    title = gettext_lazy("Try messages again")

    @classmethod
    def spared(cls, row: Message, actor: User) -> str | Promise:
        if row.status != Status.DEAD:
            return _("Only a message that is dead can be tried again.")
        return "" if row.can_be_retried else _("What this message says is no longer of use.")

    def act(self, row: Message, item: Item) -> None:
        retry(row, actor=self.actor)


class Lockdowns(OfPlatform):
    page, reads = "lockdowns", Permission.LOCKDOWNS_READ
    form_class = LockdownFilters

    def find(self, **chosen: Any) -> Listing:
        return find_lockdowns(**chosen)

    def all(self) -> QuerySet[Lockdown]:
        return lockdowns(lifted=False)

    def label(self, row: Lockdown) -> str:
        # By the address, by which it is forgotten with the person.
        return row.person.email if row.person else str(row.organization)


class LiftLockdowns(RowsWork):
    kind, rows, permission = "lockdowns.lift", Lockdowns, Permission.LOCKDOWNS_EDIT
    title = gettext_lazy("Lift lockdowns")

    @classmethod
    def spared(cls, row: Lockdown, actor: User) -> str | Promise:
        if row.lifted_at:
            return _("This was lifted already.")
        return _("Somebody else has to lift this.") if row.person_id == actor.pk else ""

    def act(self, row: Lockdown, item: Item) -> None:
        lift_lockdown(lockdown=row, reason=self.reason, actor=self.actor)


Messages.kinds = (RetryMessages,)
Lockdowns.kinds = (LiftLockdowns,)
