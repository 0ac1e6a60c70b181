"""What somebody has read stays read, for them alone."""

from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone

from accounts.models import User

from .models import Read
from .selectors import notices_for

# What still stands after so long is worth a second look.
KEPT = timedelta(days=90)


def mark_read(viewer: User, keys: Iterable[str] | None = None) -> None:
    """The notices of these keys are read, or with None all of them; of a key that is no notice of theirs nothing is kept."""
    wanted = None if keys is None else set(keys)
    found = [one.notice.key for one in notices_for(viewer)]
    rows = [Read(user=viewer, key=key) for key in found if wanted is None or key in wanted]
    Read.objects.bulk_create(rows, ignore_conflicts=True)
    notices_for(viewer)  # The number beside the bell is right at once.


def forget_old() -> None:
    Read.objects.filter(at__lt=timezone.now() - KEPT).delete()
