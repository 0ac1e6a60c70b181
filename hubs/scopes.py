"""What a hub's token opens, by the state that the hub is in at that moment."""

from enum import StrEnum

from .models import State


class HubScope(StrEnum):
    DIAGNOSTICS = "diagnostics"  # heartbeats, logs
    UPDATES = "updates"
    TASKS = "tasks"
    CREDENTIAL = "credential"


SCOPES: dict[str, frozenset[HubScope]] = {
    State.ACTIVE: frozenset(HubScope),
    State.QUARANTINED: frozenset({HubScope.DIAGNOSTICS, HubScope.UPDATES}),
}


def scopes_of(state: str) -> frozenset[HubScope]:
    """Nothing in any state that is not in the table: such hubs cannot authenticate."""
    return SCOPES.get(state, frozenset())
