"""Traefik 3 with Let's Encrypt: the documented path. Two files, as Traefik reads what starts it apart from what changes."""

import json
from typing import Any

from ..policy import CERTIFICATE_DAYS, GROUPS, HSTS, Profile, Version
from .base import (
    ANSWER_SECONDS,
    CHANNEL_HEADERS,
    HEADER_SECONDS,
    INSIDE_ONLY,
    MADE_BY,
    PROGRAM_PATHS,
    Front,
    need_email_or_certificate,
    suites,
    wants_rsa,
)

_VERSIONS = {Version.TLS_1_2: "VersionTLS12", Version.TLS_1_3: "VersionTLS13"}
_CURVES = {"X25519": "X25519", "P-256": "CurveP256", "P-384": "CurveP384"}
_RESOLVER = "letsencrypt"


def render(profile: Profile, front: Front) -> dict[str, str]:
    """`traefik.yml`, which `traefik --configFile` is given, and `dynamic.yml` beside it."""
    need_email_or_certificate(front)
    return {
        "traefik.yml": _text(_static(profile, front)),
        "dynamic.yml": _text(_dynamic(profile, front)),
    }


def _text(content: dict[str, Any]) -> str:
    # JSON is YAML, and no value needs to be quoted by hand.
    return f"{MADE_BY}\n{json.dumps(content, indent=2)}\n"


def _static(profile: Profile, front: Front) -> dict[str, Any]:
    timeouts = {
        "respondingTimeouts": {
            "readTimeout": f"{ANSWER_SECONDS}s",
            "writeTimeout": f"{ANSWER_SECONDS}s",
            "idleTimeout": "180s",
        },
        # A stop takes no new connections, and lets the requests that are under way end.
        "lifeCycle": {"requestAcceptGraceTimeout": "5s", "graceTimeOut": "20s"},
    }
    content: dict[str, Any] = {
        "global": {"checkNewVersion": False, "sendAnonymousUsage": False},
        "log": {"level": "WARN", "format": "json"},
        "entryPoints": {
            "web": {"address": front.http, "transport": timeouts},
            "websecure": {
                "address": front.https,
                "transport": timeouts,
                "http": {"maxHeaderBytes": 32768},
            },
        },
        "providers": {"file": {"filename": f"{front.folder}/dynamic.yml"}},
    }
    if not front.certificate:
        acme: dict[str, Any] = {
            "email": front.email,
            "storage": f"{front.folder}/acme.json",
            # An old hub may know RSA only.
            "keyType": "RSA4096" if wants_rsa(profile) else "EC256",
            # In hours. With 90 days Traefik fetches the next one 30 days before the end.
            "certificatesDuration": CERTIFICATE_DAYS * 24,
            "tlsChallenge": {},
        }
        if front.acme_server:
            acme["caServer"] = front.acme_server
        if front.acme_ca:
            acme["caCertificates"] = [front.acme_ca]
        content["certificatesResolvers"] = {_RESOLVER: {"acme": acme}}
    return content


def _dynamic(profile: Profile, front: Front) -> dict[str, Any]:
    host = f"Host(`{front.host}`)"
    programs = " || ".join(f"PathPrefix(`{path}`)" for path in PROGRAM_PATHS)
    tls: dict[str, Any] = {} if front.certificate else {"certResolver": _RESOLVER}
    options: dict[str, Any] = {
        "minVersion": _VERSIONS[profile.oldest],
        "curvePreferences": [_CURVES[group] for group in GROUPS],
        "sniStrict": True,
    }
    # Go has its own fixed list for TLS 1.3, which is that of the policy.
    if old := suites(profile, Version.TLS_1_2):
        options["cipherSuites"] = [suite.iana for suite in old]
    content: dict[str, Any] = {
        "http": {
            "routers": {
                "mago": {
                    "rule": host,
                    "entryPoints": ["websecure"],
                    "service": "mago",
                    "middlewares": ["headers"],
                    "tls": tls,
                },
                "inside-only": {
                    "rule": f"{host} && Path(`{INSIDE_ONLY}`)",
                    "entryPoints": ["web"],
                    "service": "noop@internal",
                    "middlewares": ["nobody"],
                    "priority": 1000,
                },
                "inside-only-tls": {
                    "rule": f"{host} && Path(`{INSIDE_ONLY}`)",
                    "entryPoints": ["websecure"],
                    "service": "noop@internal",
                    "middlewares": ["nobody"],
                    "priority": 1000,
                    "tls": tls,
                },
                # Mago answers programs that speak plain http with an error.
                "plain-programs": {
                    "rule": f"{host} && ({programs})",
                    "entryPoints": ["web"],
                    "service": "mago",
                    "middlewares": ["headers"],
                    "priority": 100,
                },
                "plain-pages": {
                    "rule": host,
                    "entryPoints": ["web"],
                    "service": "noop@internal",
                    "middlewares": ["to-https"],
                    "priority": 10,
                },
            },
            "middlewares": {
                "headers": {
                    "headers": {
                        "customRequestHeaders": dict.fromkeys(CHANNEL_HEADERS, ""),
                        "customResponseHeaders": {"Strict-Transport-Security": HSTS, "Server": ""},
                    }
                },
                "nobody": {"ipAllowList": {"sourceRange": ["127.0.0.1/32", "::1/128"]}},
                "to-https": {"redirectScheme": {"scheme": "https", "permanent": True}},
            },
            "services": {
                "mago": {
                    "loadBalancer": {
                        "servers": [{"url": f"http://{place}"} for place in front.upstreams],
                        "healthCheck": {
                            "path": "/health/ready",
                            "interval": "5s",
                            "timeout": f"{HEADER_SECONDS // 2}s",
                            "hostname": front.host,
                        },
                        "passHostHeader": True,
                    }
                }
            },
        },
        "tls": {"options": {"default": options}},
    }
    if front.certificate:
        content["tls"]["certificates"] = [{"certFile": front.certificate, "keyFile": front.key}]
    return content
