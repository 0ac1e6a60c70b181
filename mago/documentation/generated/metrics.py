"""Every metric that `/metrics` shows."""

from mago import telemetry
from mago.core import metrics

from .tables import table

HEAD = """# Metrics
Made by `manage.py document` from `mago/core/metrics.py` and `mago/telemetry.py`. Who may read them, and how processes share them: [metrics, traces and logs](../operations/metrics.md). A histogram has `_count` and `_sum` beside its `_bucket`.

"""
# Of those that are asked of the database when somebody looks.
ASKED = {
    "mago_messages": "status",
    "mago_certificate_days_left": "endpoint",
    "mago_endpoint_breaches": "endpoint",
    "mago_part_state": "part",
}
SUFFIXES = {"counter": "_total", "histogram": "_bucket"}


def text() -> str:
    rows = []
    for metric in metrics.ALL:
        (described,) = metric.describe()
        name = described.name + SUFFIXES.get(described.type, "")
        labels = ", ".join(metric._labelnames) or "–"
        rows.append((f"`{name}`", described.type, labels, described.documentation))
    rows += [
        (f"`{name}`", "gauge", ASKED.get(name, "–"), tells)
        for name, tells in telemetry.GAUGES.items()
    ]
    return HEAD + table(["metric", "kind", "labels", "tells"], rows)
