"""An example of each body and of each answer, made from its shape, so that none can be wrong or forgotten.

A serializer whose fields cannot be guessed says what stands in its examples: `example = {"field": value}`. Of what
is sent an example holds what is demanded, and what the serializer names; of what is answered it holds everything.
"""

from typing import Any

_REF = "#/components/schemas/"
_DEEPEST = 8

_BY_FORMAT = {
    "uuid": "01a20316-43cb-7bea-bb8c-1c7bbd9fe824",
    "email": "ada@example.com",
    "date-time": "2026-11-22T09:30:00Z",
    "date": "2026-11-22",
    "uri": "otpauth://totp/Mago:ada%40example.com?secret=…",
    "decimal": "9.3",
    "binary": "(the file)",
}
# What a field of this name holds, wherever it stands.
_BY_NAME: dict[str, Any] = {
    "access_token": "mago_at_3xJm8rG2…",
    "actor_label": "ada@example.com",
    "address": "192.0.2.7",
    "allowed": "totp",
    "application": "Wiki",
    "asked_by": "ada@example.com",
    "asset": "Hubs in meeting rooms",
    "backchannel_logout_uri": "https://wiki.example.com/logout",
    "body": "Seen in the log of 22 November.",
    "browser": "Firefox on Linux",
    "by": "ada@example.com",
    "channel": "email",
    "client_id": "01a2031643cb7beabb8c1c7bbd9fe824",
    "client_secret": "mago_cs_9fQw1v…",
    "challenge": "cj1meXVkMnQ…",
    "code": "123456",
    "codes": "k7q2-9fhd-mm4x",
    "component": "hubs",
    "content_type": "application/pdf",
    "cursor": "eyJhZnRlciI6…",
    "current": "correct horse battery staple",
    "default_role": "guest",
    "delivery": "delivered",
    "delivery_error": "",
    "description": "What is wrong, how it shows, what it lets somebody do.",
    "detail": "",
    "email": "ada@example.com",
    "error": "",
    "evidence": "commit 4f2a, test added",
    "expires_at": "2026-12-22T09:30:00Z",
    "expires_in": 600,
    "failed": None,
    "file": "report.pdf",
    "firm": "Example Security",
    "firmware": "2.5.0",
    "format": "csv",
    "gains": "hubs:reboot",
    "gateway": "smtp",
    "grants": "authorization_code",
    "group": "CN=Operators,OU=Groups,DC=example,DC=com",
    "hint": "…Qw1v",
    "host": "id.example.com",
    "initial_response": "cD10bHMtZXhwb3J0ZXIs…",
    "issuer": "https://login.example.com",
    "iterations": 600000,
    "key": "9fQw1vZt…",
    "kind": "google",
    "label": "ada@example.com",
    "language": "en",
    "last_error": "",
    "last_used_from": "192.0.2.7",
    "local_time": "2026-11-23T03:00",
    "log": "",
    "logout_uris": "https://wiki.example.com/",
    "losses": "hubs:read",
    "mechanism": "SCRAM-SHA-256-PLUS",
    "message": "",
    "method": "password",
    "methodology": "OWASP WSTG 4.2",
    "model": "P-1",
    "name": "Main hall",
    "next": "https://id.example.com/api/v1/…?cursor=eyJhZnRlciI6…",
    "note": "Looked at the changes since 2.5.0.",
    "organization": "Acme",
    "outcome": "success",
    "passed": "discovery",
    "password": "correct horse battery staple",
    "permission": "hubs:reboot",
    "permissions": "hubs:read",
    "plan": "Locks are ordered.",
    "port": 443,
    "previous": None,
    "problem": "",
    "profile": "intermediate",
    "program": "Mago for iOS",
    "proofs": "password",
    "q": "hall",
    "reason": "They left the company.",
    "recipient": "ada@example.com",
    "redirect_uri": "https://id.example.com/accounts/identities/google/callback/",
    "redirect_uris": "https://wiki.example.com/back",
    "refresh_token": "mago_rt_Vb7k2Q…",
    "remedy": "",
    "request_id": "5e1f0c2a9b7d4e68",
    "required_groups": "CN=Staff,DC=example,DC=com",
    "response": "Yz1jRDEwYkhN…",
    "result": "",
    "retest_result": "All findings are remediated.",
    "role": "reporter",
    "room": "Blue",
    "salt": "W22ZaJ0SNY7soEsUEjb6gQ==",
    "scope": "openid profile",
    "scopes": "openid",
    "second_factor_values": "mfa",
    "secret": "9fQw1vZt…",
    "sent_to": "+39 ••• 67",
    "serial": "S-1042",
    "server_key": "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "sid": "gAAAAABl…",
    "signed_by": "grace@example.com",
    "site": "Main hall",
    "slug": "main",
    "stage": "done",
    "state": "done",
    "state_reason": "",
    "stored_key": "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=",
    "subject": "ada",
    "summary": "All risks were looked at.",
    "tag": "org:site:created",
    "template": "signin/confirm",
    "text": "email\nann@example.com\n",
    "threat": "Theft",
    "ticket": "SEC-12",
    "time_zone": "Europe/Rome",
    "title": "Session survives sign-out",
    "token": "mago_pat_Zk4s…",
    "token_type": "Bearer",
    "transaction": "Qm5f0aYk…",
    "type": "organization",
    "uptime": 86400,
    "user_agent": "Mozilla/5.0 (X11; Linux x86_64)",
    "vector": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
    "version": "2.6.0",
    "versions": "TLS 1.3",
}
# Their format alone says too little.
_WHATEVER_FORMAT = ("expires_at", "next", "previous")


def give_examples(
    result: dict[str, Any], generator: object, request: object, public: bool
) -> dict[str, Any]:
    """Each body and each answer of an operation has its example."""
    schemas = result["components"]["schemas"]
    for operations in result["paths"].values():
        for operation in operations.values():
            _give(operation.get("requestBody", {}), schemas, is_sent=True)
            for code, answer in operation["responses"].items():
                if str(code).startswith("2"):
                    _give(answer, schemas, is_sent=False)
    return result


def _give(part: dict[str, Any], schemas: dict[str, Any], *, is_sent: bool) -> None:
    maker = Maker(schemas, is_sent=is_sent)
    for content in part.get("content", {}).values():
        if "example" not in content and "schema" in content:
            content["example"] = maker.value(content["schema"])


class Maker:
    """Values of shapes (JSON Schema) that refer to `schemas`, as they are sent or as they are answered."""

    def __init__(self, schemas: dict[str, Any], *, is_sent: bool) -> None:
        self.schemas, self.is_sent = schemas, is_sent

    def value(self, shape: dict[str, Any], name: str = "", depth: int = 0) -> Any:
        """A value of that shape; `name` is that of the field that holds it."""
        if "examples" in shape:
            return shape["examples"][0]
        if choices := shape.get("enum") or ([shape["const"]] if "const" in shape else []):
            return next(value for value in choices if value not in ("", None))
        if (other := self._meant(shape)) is not None:
            return self.value(other, name, depth)
        match _kind(shape):
            case "array":
                # A shape that holds itself has an end.
                inside = depth < _DEEPEST
                return [self.value(shape["items"], name, depth + 1)] if inside else []
            case "object":
                return self._object(shape, depth)
            case kind:
                return _plain(shape, kind, name)

    def _meant(self, shape: dict[str, Any]) -> dict[str, Any] | None:
        """The shape that this one refers to, or the first of those that it offers."""
        if "$ref" in shape:
            found: dict[str, Any] = self.schemas[shape["$ref"].removeprefix(_REF)]
            return found
        offered = shape.get("allOf") or shape.get("oneOf") or shape.get("anyOf")
        return offered[0] if offered else None

    def _object(self, shape: dict[str, Any], depth: int) -> dict[str, Any]:
        fields = shape.get("properties", {})
        shown = fields
        if self.is_sent:
            taken = [name for name, field in fields.items() if not field.get("readOnly")]
            told = [name for name in taken if _is_told(name, shape)]
            # Nothing is demanded, as of a change: one field is changed.
            shown = told or taken[:1]
        return {name: self.value(fields[name], name, depth + 1) for name in shown}


def _is_told(name: str, shape: dict[str, Any]) -> bool:
    return name in shape.get("required", ()) or "examples" in shape["properties"][name]


def _kind(shape: dict[str, Any]) -> str:
    kinds = shape.get("type", "object")
    return kinds if isinstance(kinds, str) else next(one for one in kinds if one != "null")


def _plain(shape: dict[str, Any], kind: str, name: str) -> Any:
    if kind == "boolean":
        return True
    known = _BY_NAME.get(name, _BY_NAME.get(name.removesuffix("s")))
    if kind in ("integer", "number"):
        number = known if isinstance(known, int) else 3
        return min(max(number, shape.get("minimum", number)), shape.get("maximum", number))
    is_text = "format" not in shape or name in _WHATEVER_FORMAT
    if name in _BY_NAME and is_text and not isinstance(known, int):
        return known[: shape.get("maxLength", len(known))] if known else known
    usual = name.replace("_", " ").capitalize()
    return _BY_FORMAT.get(shape.get("format", ""), known if isinstance(known, str) else usual)
