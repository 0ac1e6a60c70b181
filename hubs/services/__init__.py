"""Rooms and hubs change here: every change with the permission that it asks for and its audit row."""

from .codes import create_enrolment_code, revoke_enrolment_code
from .credentials import ask_for_rotation, revoke_credentials, rotate_credential
from .enrolment import Enrolment, enrol_hub
from .hubs import edit_hub
from .imports import ImportedLine, import_hubs
from .rooms import create_room, edit_room, place_by_names, remove_room
from .states import (
    lock_down_hub,
    quarantine_clone,
    quarantine_hub,
    reactivate_hub,
    retire_hub,
    suspend_hub,
)

__all__ = [
    "Enrolment",
    "ImportedLine",
    "ask_for_rotation",
    "create_enrolment_code",
    "create_room",
    "edit_hub",
    "edit_room",
    "enrol_hub",
    "import_hubs",
    "lock_down_hub",
    "place_by_names",
    "quarantine_clone",
    "quarantine_hub",
    "reactivate_hub",
    "remove_room",
    "retire_hub",
    "revoke_credentials",
    "revoke_enrolment_code",
    "rotate_credential",
    "suspend_hub",
]
