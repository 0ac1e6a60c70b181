"""As of custom roles (access.0002): a token that may enrol hubs sees the codes for it still. One that only reads never did."""

from django.db import migrations


def add(apps, schema_editor):
    tokens = apps.get_model("provider", "ApiToken").objects
    for token in tokens.filter(read_only=False).exclude(permissions=None).iterator():
        held = token.permissions if isinstance(token.permissions, list) else []
        if "hubs:enrol" in held and "hub_codes:read" not in held:
            # Not over what an older version, which still runs, has changed meanwhile.
            same = tokens.filter(pk=token.pk, permissions=held)
            same.update(permissions=sorted([*held, "hub_codes:read"]))


class Migration(migrations.Migration):
    dependencies = [("provider", "0007_who_set_applications_up")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
