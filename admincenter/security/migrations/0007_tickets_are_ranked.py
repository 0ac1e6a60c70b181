from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.db import migrations

# So many tickets at once: nobody who writes waits for long.
STEP = 500
LEAST = {"critical": 90, "high": 70, "medium": 40, "low": 1, "none": 0}


def rank(apps: Any, schema_editor: Any) -> None:
    """Each ticket has its place by score and severity."""
    rows = apps.get_model("security", "Ticket")._base_manager
    seen: Any = None
    while True:
        beyond = rows.filter(pk__gt=seen) if seen else rows.all()
        found = list(beyond.order_by("pk").values_list("pk", "score", "severity")[:STEP])
        places: dict[int, list[Any]] = defaultdict(list)
        for key, score, severity in found:
            places[_place(score, severity)].append(key)
        for place, keys in places.items():
            rows.filter(pk__in=keys).update(rank=place)
        if len(found) < STEP:
            return
        seen = found[-1][0]


def _place(score: Decimal | None, severity: str) -> int:
    if score is not None:
        return int(score * 10) + 1
    return LEAST[severity] + 1 if severity in LEAST else 0


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("security", "0006_tickets_have_a_rank")]

    operations = [migrations.RunPython(rank, migrations.RunPython.noop)]
