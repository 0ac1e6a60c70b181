"""Writes of this slice."""

from ..selectors import has_passed
from .arrivals import Admitted, admit
from .configuration import (
    advance,
    create_provider,
    demand_to_edit,
    edit_provider,
    remove_identity,
    remove_provider,
    set_state,
    touch,
)
from .departures import end_session_index, end_sessions_by, end_sessions_of, note_session
from .deprovisioning import deprovision, let_go
from .opening import demand_open
from .provisioning import link_own, provision, update
from .refusals import ElsewhereToo, Refused, note
from .roles import set_roles
from .routing import allow, name_break_glass, remove_route, set_route, unname_break_glass
from .trials import Check, begin_trial, finish_trial

__all__ = [
    "Admitted",
    "Check",
    "ElsewhereToo",
    "Refused",
    "admit",
    "advance",
    "allow",
    "begin_trial",
    "create_provider",
    "demand_open",
    "demand_to_edit",
    "deprovision",
    "edit_provider",
    "end_session_index",
    "end_sessions_by",
    "end_sessions_of",
    "finish_trial",
    "has_passed",
    "let_go",
    "link_own",
    "name_break_glass",
    "note",
    "note_session",
    "provision",
    "remove_identity",
    "remove_provider",
    "remove_route",
    "set_roles",
    "set_route",
    "set_state",
    "touch",
    "unname_break_glass",
    "update",
]
