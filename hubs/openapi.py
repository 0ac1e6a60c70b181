"""The endpoints of hubs in the description of the API: written by hand, as their views are plain functions."""

import re
from typing import Any

_TEXT, _NUMBER = {"type": "string"}, {"type": "integer"}
_TEXTS = {"type": "array", "items": _TEXT}
_TAGS = ["hubs"]
_HUB_TOKEN: list[dict[str, list[str]]] = [{"hubToken": []}]


def _object(required: str = "", **fields: Any) -> dict[str, Any]:
    shape: dict[str, Any] = {"type": "object", "properties": fields}
    return shape | ({"required": required.split()} if required else {})


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _json(shape: dict[str, Any], description: str = "") -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": shape}}}


def _body(shape: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": shape}}}


_PROBLEM = {
    "description": "What stands in the way.",
    "content": {"application/problem+json": {"schema": _ref("Problem")}},
}
_FAILURES = {
    "400": _json(_ref("HubFailure"), "Not understood, or not offered."),
    "401": _json(_ref("HubFailure"), "Not authorized; the reason is not told."),
    "429": _json(_ref("HubFailure"), "Too many failures; wait `Retry-After` seconds."),
    "503": _json(_ref("HubFailure"), "Come again in `Retry-After` seconds."),
}

SCHEMAS: dict[str, Any] = {
    "HubOffer": _object(
        mechanisms=_TEXTS,
        channel_bindings=_TEXTS,
        fast=_TEXTS,
        iterations=_NUMBER,
        salt_bytes=_NUMBER,
        retry_after={"type": ["integer", "null"]},
    ),
    "HubVerifier": _object(
        "mechanism salt iterations stored_key server_key",
        mechanism={"type": "string", "enum": ["SCRAM-SHA-256", "SCRAM-SHA-512"]},
        salt=_TEXT,
        iterations=_NUMBER,
        stored_key=_TEXT,
        server_key=_TEXT,
    ),
    "HubEnrolment": _object(
        "code device credentials",
        code=_TEXT,
        device=_object("model serial", model=_TEXT, serial=_TEXT, firmware=_TEXT),
        credentials={"type": "array", "items": _ref("HubVerifier")},
    ),
    "HubEnrolled": _object(
        hub_id={"type": "string", "format": "uuid"},
        generation=_NUMBER,
        state=_TEXT,
        mechanisms=_TEXTS,
        channel_bindings=_TEXTS,
        fast=_TEXTS,
        auth_url={"type": "string", "format": "uri"},
    ),
    "HubStart": _object("mechanism initial_response", mechanism=_TEXT, initial_response=_TEXT),
    "HubChallenge": _object(
        status={"const": "continue"}, sid=_TEXT, challenge=_TEXT, expires_in=_NUMBER
    ),
    "HubContinue": _object("sid response", sid=_TEXT, response=_TEXT),
    "HubSuccess": _object(
        status={"const": "success"},
        additional_data=_TEXT,
        access_token=_TEXT,
        token_type=_TEXT,
        expires_in=_NUMBER,
        scope=_TEXT,
        hub_id={"type": "string", "format": "uuid"},
        state=_TEXT,
        generation=_NUMBER,
        heartbeat=_object(interval=_NUMBER, jitter={"type": "number"}),
        actions=_TEXTS,
        reconnect=_object(mechanism=_TEXT, token=_TEXT, expires_in=_NUMBER),
    ),
    "HubFailure": _object(status={"const": "failure"}, error=_TEXT, data=_TEXT, mechanisms=_TEXTS),
    "HubSelf": _object(
        hub_id={"type": "string", "format": "uuid"},
        name=_TEXT,
        model=_TEXT,
        serial=_TEXT,
        firmware=_TEXT,
        state=_TEXT,
        scope=_TEXT,
        generation=_NUMBER,
        organization=_TEXT,
        site=_object(name=_TEXT, time_zone=_TEXT),
        room={"type": ["string", "null"]},
    ),
}

_PERIPHERAL = _object(kind=_TEXT, name=_TEXT, condition={"enum": ["ok", "fault", "missing"]})
_HEARTBEAT = _object(
    firmware=_TEXT,
    uptime=_NUMBER,
    temperature={"type": "number"},
    peripherals={"type": "array", "items": _PERIPHERAL},
    software=_TEXT,
    software_version=_TEXT,
)
_TASK = _object(
    id={"type": "string", "format": "uuid"},
    kind=_TEXT,
    parameters={"type": "object"},
    expires_at={"type": "string", "format": "date-time"},
)
_ONE_OR_OTHER = {"oneOf": [_ref("HubChallenge"), _ref("HubSuccess")]}
_CREDENTIALS = _object("credentials", credentials={"type": "array", "items": _ref("HubVerifier")})

PATHS: dict[str, Any] = {
    "/api/v1/hubs/auth": {
        "get": {
            "summary": "What a hub may use",
            "description": "Mechanisms and channel bindings that are offered over this connection. `retry_after` is set while hubs are held back.",
            "responses": {"200": _json(_ref("HubOffer"))},
        }
    },
    "/api/v1/hubs/auth/start": {
        "post": {
            "summary": "Begin a sign-in (SCRAM), or reconnect (HT-SHA-256)",
            "description": "The client-first message of RFC 5802, or one message by the token of an earlier sign-in. A hub that does not exist is answered alike.",
            "requestBody": _body(_ref("HubStart")),
            "responses": {"200": _json(_ONE_OR_OTHER), **_FAILURES},
        }
    },
    "/api/v1/hubs/auth/continue": {
        "post": {
            "summary": "Finish a sign-in",
            "description": "The client-final message, for the `sid` of the challenge, within 30 seconds and once. The answer holds the server's own proof: check it before you use the token.",
            "requestBody": _body(_ref("HubContinue")),
            "responses": {"200": _json(_ref("HubSuccess")), **_FAILURES},
        }
    },
    "/api/v1/hubs/auth/token": {
        "get": {
            "summary": "Sign in by headers (RFC 7804)",
            "description": "`Authorization: SCRAM-SHA-256 …`, twice. The body of the success is the access token.",
            "responses": {
                "200": {"description": "", "content": {"text/plain": {"schema": _TEXT}}},
                "401": {"description": "The challenge stands in `WWW-Authenticate`."},
            },
        }
    },
    "/api/v1/hubs/enrol": {
        "post": {
            "summary": "Enrol a device by a code",
            "description": "The device makes its credential and sends the verifiers; no secret leaves it.",
            "requestBody": _body(_ref("HubEnrolment")),
            "responses": {
                "201": _json(_ref("HubEnrolled")),
                **dict.fromkeys(("400", "409", "429"), _PROBLEM),
            },
        }
    },
    "/api/v1/hubs/me": {
        "get": {
            "summary": "What is known of the hub that asks",
            "description": "Its name, place and state, and what its token may be used for.",
            "security": _HUB_TOKEN,
            "responses": {"200": _json(_ref("HubSelf")), "401": _PROBLEM},
        }
    },
    "/api/v1/hubs/me/credential": {
        "post": {
            "summary": "Rotate the credential",
            "description": "The former one is over once the new one has worked.",
            "security": _HUB_TOKEN,
            "requestBody": _body(_CREDENTIALS),
            "responses": {
                "201": _json(_object(generation=_NUMBER, username=_TEXT)),
                **dict.fromkeys(("400", "401", "403", "429"), _PROBLEM),
            },
        }
    },
    "/api/v1/hubs/me/heartbeat": {
        "post": {
            "summary": "Say how the hub is",
            "description": "The answer says in how many seconds to come again, and whether there are tasks.",
            "security": _HUB_TOKEN,
            "requestBody": _body(_HEARTBEAT),
            "responses": {
                "200": _json(
                    _object(interval=_NUMBER, jitter={"type": "number"}, tasks={"type": "boolean"})
                ),
                **dict.fromkeys(("400", "401", "403", "503"), _PROBLEM),
            },
        }
    },
    "/api/v1/hubs/me/tasks": {
        "get": {
            "summary": "What the hub should do",
            "description": "Each task is told once; with `?held` those that were told before and are not finished.",
            "security": _HUB_TOKEN,
            "responses": {
                "200": _json(_object(tasks={"type": "array", "items": _TASK})),
                "401": _PROBLEM,
            },
        }
    },
    "/api/v1/hubs/me/tasks/{task_id}": {
        "post": {
            "summary": "Say what came of a task",
            "description": "Once it is done or has failed that is final: `409` afterwards.",
            "parameters": [
                {
                    "name": "task_id",
                    "in": "path",
                    "required": True,
                    "schema": {"type": "string", "format": "uuid"},
                }
            ],
            "security": _HUB_TOKEN,
            "requestBody": _body(_object("state", state=_TEXT, result=_TEXT, log=_TEXT)),
            "responses": {
                "200": _json(_object(state=_TEXT)),
                **dict.fromkeys(("400", "401", "404", "409"), _PROBLEM),
            },
        }
    },
}


def describe_hubs(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """The description with the endpoints of hubs; a postprocessing hook of drf-spectacular."""
    for path, methods in PATHS.items():
        for method, operation in methods.items():
            name = re.sub(r"\W+", "_", path.removeprefix("/api/v1/")).strip("_") + f"_{method}"
            result["paths"][path] = {
                **result["paths"].get(path, {}),
                method: {"operationId": name, "tags": _TAGS, "security": [{}], **operation},
            }
    parts = result.setdefault("components", {})
    parts.setdefault("schemas", {}).update(SCHEMAS)
    scheme = {"type": "http", "scheme": "bearer", "description": "The `access_token` of a hub."}
    parts.setdefault("securitySchemes", {})["hubToken"] = scheme
    return result
