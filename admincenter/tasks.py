"""What the clock does across slices."""

from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

from mago.tls.services import scan_endpoints

from . import services
from .exports.services import remove_old
from .notices import services as notices
from .selectors import standing
from .selectors.system.asking import ALIVE


# Each endpoint takes seconds, and half a minute where it hangs.
@shared_task(acks_late=False, soft_time_limit=600, time_limit=660)
def watch_certificates() -> None:
    """Endpoints are looked at, and administrators hear of certificates that nobody renews."""
    scan_endpoints()
    services.tell_of_ending_certificates()


@shared_task
def count_figures() -> None:
    """Who has which second factor, and who is active, is known to the overviews, of however many people."""
    standing.count_what_is_asked()


@shared_task
def note_alive() -> None:
    """That a worker does what the clock sets off is known to the page about the system."""
    cache.set(ALIVE, timezone.now(), 3600)


@shared_task
def forget_read_notices() -> None:
    notices.forget_old()


@shared_task
def remove_old_exports() -> None:
    remove_old()
