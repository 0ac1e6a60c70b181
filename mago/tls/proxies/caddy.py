"""Caddy 2, which fetches its certificates itself. Like Traefik it leaves the suites of TLS 1.3 to Go."""

from ..policy import CERTIFICATE_DAYS, GROUPS, HSTS, RENEW_DAYS, Profile, Version
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

_VERSIONS = {Version.TLS_1_2: "tls1.2", Version.TLS_1_3: "tls1.3"}
_CURVES = {"X25519": "x25519", "P-256": "secp256r1", "P-384": "secp384r1"}


def render(profile: Profile, front: Front) -> dict[str, str]:
    need_email_or_certificate(front)
    return {"Caddyfile": _text(profile, front)}


def _text(profile: Profile, front: Front) -> str:
    programs = " ".join(f"{path}*" for path in PROGRAM_PATHS)
    dropped = "\n".join(f"\t\theader_up -{name}" for name in CHANNEL_HEADERS)
    return f"""{MADE_BY}
{{
	http_port {front.http.rpartition(":")[2]}
	https_port {front.https.rpartition(":")[2]}
	auto_https disable_redirects
{_acme(front)}	servers {{
		timeouts {{
			read_header {HEADER_SECONDS}s
			idle 3m
		}}
		max_header_size 32KB
	}}
	grace_period 20s
}}

(mago) {{
	reverse_proxy {" ".join(front.upstreams)} {{
		health_uri /health/ready
		health_interval 5s
		health_headers {{
			Host {front.host}
		}}
{dropped}
		transport http {{
			response_header_timeout {ANSWER_SECONDS}s
		}}
	}}
}}

http://{front.host} {{
	# Mago answers programs that speak plain http with an error.
	@programs path {programs}
	handle @programs {{
		import mago
	}}
	handle {{
		redir https://{front.host}{{uri}} 308
	}}
}}

https://{front.host} {{
	tls {_certificate(front)}{{
		protocols {_VERSIONS[profile.oldest]} tls1.3
{_ciphers(profile)}		curves {" ".join(_CURVES[group] for group in GROUPS)}
{_key(profile, front)}	}}
	header {{
		Strict-Transport-Security "{HSTS}"
		-Server
	}}
	respond {INSIDE_ONLY} 404
	import mago
}}
"""


def _acme(front: Front) -> str:
    if front.certificate:
        return ""
    lines = [f"\temail {front.email}"]
    # A share of the life of a certificate.
    lines.append(f"\trenewal_window_ratio {RENEW_DAYS / CERTIFICATE_DAYS:.4f}")
    if front.acme_server:
        lines.append(f"\tacme_ca {front.acme_server}")
    if front.acme_ca:
        lines.append(f"\tacme_ca_root {front.acme_ca}")
    return "\n".join(lines) + "\n"


def _certificate(front: Front) -> str:
    return f"{front.certificate} {front.key} " if front.certificate else ""


def _ciphers(profile: Profile) -> str:
    old = suites(profile, Version.TLS_1_2)
    return f"\t\tciphers {' '.join(suite.iana for suite in old)}\n" if old else ""


def _key(profile: Profile, front: Front) -> str:
    if front.certificate:
        return ""
    return f"\t\tkey_type {'rsa4096' if wants_rsa(profile) else 'p256'}\n"
