from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from mago.audit import append_only
from mago.audit.models.events import EventNumber


def protect_again(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """SQLite has made the table anew, without what keeps it from being changed."""
    if schema_editor.connection.vendor == "sqlite":
        append_only.protect(schema_editor.connection, append_only.EVENTS)
        append_only.open_door(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("audit", "0009_marks")]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, protect_again),
        migrations.AlterField("auditevent", "id", EventNumber(primary_key=True, serialize=False)),
        migrations.RunPython(protect_again, migrations.RunPython.noop),
    ]
