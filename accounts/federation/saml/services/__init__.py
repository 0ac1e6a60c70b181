"""Writes of this slice."""

from accounts.federation.enterprise.services import Refused

from .configuration import configure
from .describing import describe
from .fetching import fetch_metadata
from .keys import activate_key, current_key, prepare_key, retire_key
from .logouts import Incoming, answer_logout, begin_logout, finish_logout, is_answer
from .purging import purge
from .refreshing import refresh, refresh_all
from .refusals import NotBelieved, note_nobody
from .requests import Departure, begin
from .responses import Waiting, complete, receive

__all__ = [
    "Departure",
    "Incoming",
    "NotBelieved",
    "Refused",
    "Waiting",
    "activate_key",
    "answer_logout",
    "begin",
    "begin_logout",
    "complete",
    "configure",
    "current_key",
    "describe",
    "fetch_metadata",
    "finish_logout",
    "is_answer",
    "note_nobody",
    "prepare_key",
    "purge",
    "receive",
    "refresh",
    "refresh_all",
    "retire_key",
]
