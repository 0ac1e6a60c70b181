"""The syncs of a directory, and whom each concerns."""

from typing import Any

from accounts.federation.directory.models import SyncRun
from accounts.federation.directory.selectors import changes_of, runs_of
from accounts.federation.enterprise.models import IdentityProvider

from ..keyset import CREATED, Listing


def find_runs(provider: IdentityProvider) -> Listing:
    """The syncs of a provider's directory, the newest first."""
    return Listing((runs_of(provider),), key=("created_at", "id"), orders=CREATED)


def find_changes(run: SyncRun, **chosen: Any) -> Listing:
    """Whom a sync concerns, by what is done about them; `chosen` as `changes_of` takes it."""
    return Listing((changes_of(run, **chosen),), key=("action", "id"), descending=False)
