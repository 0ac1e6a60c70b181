"""To see enrolment codes is a permission of its own: whoever could see them, as they may enrol, can still."""

from django.db import migrations


def add(apps, schema_editor):
    roles = apps.get_model("access", "CustomRole").objects
    for role in roles.iterator():
        held = role.permissions if isinstance(role.permissions, list) else []
        if "hubs:enrol" in held and "hub_codes:read" not in held:
            # Not over what an older version, which still runs, has changed meanwhile.
            same = roles.filter(pk=role.pk, permissions=held)
            same.update(permissions=sorted([*held, "hub_codes:read"]))


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
