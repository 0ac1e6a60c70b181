"""What we can do, for programs to read (OpenID Connect Discovery 1.0, RFC 8414)."""

from typing import Any

from authlib.oauth2.rfc8628 import DEVICE_CODE_GRANT_TYPE

from .models import Algorithm, AuthMethod
from .protocol.authorization import PROMPTS, STRENGTHS
from .protocol.clients import ASSERTION_ALGORITHMS, METHODS
from .scopes import LABELS
from .services import issuer


def authorization_server() -> dict[str, Any]:
    name = issuer()
    proved = [method for method in METHODS if method != AuthMethod.NONE]
    return {
        "issuer": name,
        "authorization_endpoint": f"{name}/oauth/authorize",
        "token_endpoint": f"{name}/oauth/token",
        "revocation_endpoint": f"{name}/oauth/revoke",
        "introspection_endpoint": f"{name}/oauth/introspect",
        "device_authorization_endpoint": f"{name}/oauth/device-authorization",
        "jwks_uri": f"{name}/oauth/jwks",
        "scopes_supported": list(LABELS),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": [
            "authorization_code",
            "refresh_token",
            "client_credentials",
            DEVICE_CODE_GRANT_TYPE,
        ],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": METHODS,
        "token_endpoint_auth_signing_alg_values_supported": ASSERTION_ALGORITHMS,
        "revocation_endpoint_auth_methods_supported": METHODS,
        "introspection_endpoint_auth_methods_supported": proved,
        "authorization_response_iss_parameter_supported": True,
    }


def openid_provider() -> dict[str, Any]:
    name = issuer()
    return authorization_server() | {
        "userinfo_endpoint": f"{name}/oauth/userinfo",
        "end_session_endpoint": f"{name}/oauth/end-session",
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": list(Algorithm.values),
        "acr_values_supported": list(STRENGTHS),
        "prompt_values_supported": sorted(PROMPTS),
        "claims_supported": [
            *(
                "iss",
                "sub",
                "aud",
                "exp",
                "iat",
                "auth_time",
                "nonce",
                "acr",
                "amr",
                "at_hash",
                "sid",
            ),
            *("name", "locale", "email", "email_verified"),
        ],
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
    }
