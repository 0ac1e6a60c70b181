"""As of custom roles (access.0002): a token that may enrol hubs sees the codes for it still."""

from django.db import migrations


def add(apps, schema_editor):
    for token in apps.get_model("provider", "ApiToken").objects.exclude(permissions=None).iterator():
        held = token.permissions if isinstance(token.permissions, list) else []
        if "hubs:enrol" in held and "hub_codes:read" not in held:
            token.permissions = sorted([*held, "hub_codes:read"])
            token.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    dependencies = [("provider", "0007_who_set_applications_up")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
