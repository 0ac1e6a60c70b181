"""What services of named things do alike."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from mago.core.errors import NotFound, Refused


def locked(row: Any) -> Any:
    """`row` as it is now, until this transaction ends; NotFound where it is gone."""
    known = type(row).objects.of(row.organization_id).select_for_update().filter(pk=row.pk).first()
    if known is None:
        raise NotFound
    return known


def save_named(row: Any, field: str = "name", message: str = "") -> None:
    """`row` is saved; a name that is taken is refused beside its field."""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        message = message or _("This name is taken.")
        raise Refused(message, code="name_taken", fields={field: [message]}) from None
