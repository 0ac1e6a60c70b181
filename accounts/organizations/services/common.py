"""What several of these services do alike."""

from typing import Any

from django.db import IntegrityError, transaction

from mago.core.errors import Refused


def save_named(row: Any, field: str, message: str) -> None:
    """`row` is saved; a name that is taken is refused beside its field."""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Refused(message, code="name_taken", fields={field: [message]}) from None
