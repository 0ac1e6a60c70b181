from typing import Any

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from mago.audit import append_only


def protect(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    append_only.protect(schema_editor.connection, "audit_auditsegment")
    append_only.open_door(schema_editor.connection)


def release(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    append_only.close_door(schema_editor.connection)
    append_only.release(schema_editor.connection, "audit_auditsegment")
    append_only.protect(schema_editor.connection, "audit_auditevent", "audit_auditlink")


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0003_checkpoints"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditSegment",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("last_sequence", models.BigIntegerField(unique=True)),
                ("statement", models.JSONField()),
            ],
            options={
                "verbose_name": "segment of removed events",
                "verbose_name_plural": "segments of removed events",
            },
        ),
        migrations.RunPython(protect, release),
    ]
