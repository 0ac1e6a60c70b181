"""To see enrolment codes is a permission of its own: whoever could see them, as they may enrol, can still."""

from django.db import migrations


def add(apps, schema_editor):
    for role in apps.get_model("access", "CustomRole").objects.iterator():
        held = role.permissions if isinstance(role.permissions, list) else []
        if "hubs:enrol" in held and "hub_codes:read" not in held:
            role.permissions = sorted([*held, "hub_codes:read"])
            role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
