"""Writes of this slice."""

from .arrivals import Admitted, admit, demand_open
from .configuration import create_provider, edit_provider, remove_provider, set_state, touch
from .departures import end_session_index, end_sessions_by, end_sessions_of, note_session
from .provisioning import deprovision, let_go, provision, update
from .refusals import Refused, note
from .roles import set_roles
from .trials import Check, begin_trial, finish_trial, has_passed, trial_of

__all__ = [
    "Admitted",
    "Check",
    "Refused",
    "admit",
    "begin_trial",
    "create_provider",
    "demand_open",
    "deprovision",
    "edit_provider",
    "end_session_index",
    "end_sessions_by",
    "end_sessions_of",
    "finish_trial",
    "has_passed",
    "let_go",
    "note",
    "note_session",
    "provision",
    "remove_provider",
    "set_roles",
    "set_state",
    "touch",
    "trial_of",
    "update",
]
