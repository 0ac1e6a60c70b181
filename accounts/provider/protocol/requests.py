"""A request as Authlib wants it: what stands in a query, or in a form, and in no two places."""

from typing import Any

from authlib.oauth2.rfc6749 import OAuth2Payload, OAuth2Request
from django.http import HttpRequest, QueryDict
from django.utils.functional import cached_property

from mago.core.forms import unusable

# The longest value of a parameter; an assertion or an ID token may be longer than the rest.
LONGEST, LONGEST_TOKEN = 2000, 16_384
_TOKENS = ("client_assertion", "id_token_hint", "token")
# Repeated in errors, which are ASCII without quotes (RFC 6749, section 5.2).
_WORDS = ("client_id", "grant_type", "redirect_uri", "response_type")


class Payload(OAuth2Payload):
    def __init__(self, sent: QueryDict) -> None:
        self._sent = sent

    @cached_property
    def data(self) -> dict[str, str]:
        return {name: value for name, value in self._sent.items() if isinstance(value, str)}

    @cached_property
    def datalist(self) -> Any:
        return {name: self._sent.getlist(name) for name in self._sent}

    @property
    def repeated(self) -> list[str]:
        """Parameters that were sent more than once (RFC 6749, sections 3.1 and 3.2)."""
        return [name for name in self._sent if len(self._sent.getlist(name)) > 1]

    @property
    def garbled(self) -> list[str]:
        """Parameters that hold what no such request holds."""
        return [name for name, value in self.data.items() if _is_garbled(name, value)]


class Request(OAuth2Request):
    payload: Payload
    # Set by an endpoint that changes nothing: its answer may come from memory (accounts.access.principals).
    only_reads = False

    def __init__(self, request: HttpRequest, sent: QueryDict) -> None:
        # Whether the way here was safe is seen to by our middleware, which knows our proxies.
        super().__init__(request.method or "", "https://self/", headers=request.headers)
        self.payload = Payload(sent)

    @property
    def args(self) -> dict[str, str]:
        return self.payload.data

    @property
    def form(self) -> dict[str, str]:
        return self.payload.data


def _is_garbled(name: str, value: str) -> bool:
    if name in _WORDS and not is_plain(value):
        return True
    return len(value) > (LONGEST_TOKEN if name in _TOKENS else LONGEST) or unusable(value)


def is_plain(words: str) -> bool:
    """Whether an error of the protocol may hold these words."""
    return words.isascii() and words.isprintable() and not {'"', "\\"} & set(words)
