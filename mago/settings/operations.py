"""How the installation is looked at from outside: figures, traces and documentation."""

from pathlib import Path

from . import env
from .base import DATA_DIR

METRICS_DIR = Path(
    env.text(
        "MAGO_METRICS_DIR",
        str(DATA_DIR / "metrics"),
        meaning="Folder in which the processes of one host count together; best in memory (tmpfs).",
    )
)
METRICS_TOKEN = env.text(
    "MAGO_METRICS_TOKEN",
    meaning="Who sends it (Authorization: Bearer …) may read /metrics from elsewhere; without it only this machine may.",
)
if METRICS_TOKEN and len(METRICS_TOKEN) < 32:
    raise env.refuse(
        "MAGO_METRICS_TOKEN",
        "is short",
        'Make one: python -c "import secrets; print(secrets.token_urlsafe(32))"',
    )
WORKER_METRICS_PORT = env.integer(
    "MAGO_WORKER_METRICS_PORT",
    0,
    low=0,
    high=65535,
    meaning="Port on which a worker process answers /metrics itself, for a worker whose MAGO_METRICS_DIR no web process shares; 0 for none. Needs MAGO_METRICS_TOKEN.",
)
if WORKER_METRICS_PORT and not METRICS_TOKEN:
    raise env.refuse(
        "MAGO_WORKER_METRICS_PORT",
        "is set without MAGO_METRICS_TOKEN",
        "Set that too, or unset it.",
    )
DOCS = env.choice(
    "MAGO_DOCS",
    "public",
    ("public", "signed-in", "off"),
    meaning="Who may read this documentation at /docs/: everybody, whoever has signed in, or nobody.",
)
TRACES_ENDPOINT = env.text(
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    meaning="Where traces are sent (OpenTelemetry, OTLP over http); needs the packages of the extra `tracing`.",
)
if TRACES_ENDPOINT and not TRACES_ENDPOINT.startswith("https://"):
    _place = env.url(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "",
        ("https", "http"),
        meaning=env.DECLARED["OTEL_EXPORTER_OTLP_ENDPOINT"].meaning,
    )
    if not env.is_this_machine(_place.host):
        raise env.refuse(
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "is plain http to another machine",
            "Give https://, or a collector on this machine.",
        )
