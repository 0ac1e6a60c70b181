from typing import Any

from django.db import migrations


def keep(apps: Any, schema_editor: Any) -> None:
    """The last retest of each test is the first of those that stay; those before it, and who recorded it, are in the trail."""
    tests = apps.get_model("security", "PenetrationTest")._base_manager
    retests = apps.get_model("security", "Retest")
    retests.objects.bulk_create(
        [
            retests(test_id=key, retested_on=day, result=result)
            for key, day, result in tests.filter(
                retested_on__isnull=False, retests=None
            ).values_list("pk", "retested_on", "retest_result")
        ]
    )


class Migration(migrations.Migration):
    dependencies = [("security", "0010_each_retest_stays")]

    operations = [migrations.RunPython(keep, migrations.RunPython.noop)]
