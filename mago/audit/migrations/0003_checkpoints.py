from typing import Any

import mago.core.crypto
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from mago.audit import append_only


def protect(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    append_only.protect(schema_editor.connection, "audit_auditcheckpoint")


def release(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    append_only.release(schema_editor.connection, "audit_auditcheckpoint")


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_fewer_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditCheckpoint",
            fields=[
                ("sequence", models.BigIntegerField(primary_key=True, serialize=False)),
                ("time", models.DateTimeField(verbose_name="time")),
                ("statement", models.JSONField()),
            ],
            options={
                "verbose_name": "checkpoint",
                "verbose_name_plural": "checkpoints",
            },
        ),
        migrations.CreateModel(
            name="AuditKey",
            fields=[
                ("id", models.CharField(max_length=16, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(verbose_name="created")),
                ("private", mago.core.crypto.SealedTextField(blank=True)),
                ("statement", models.JSONField()),
            ],
            options={
                "verbose_name": "key of the audit trail",
                "verbose_name_plural": "keys of the audit trail",
            },
        ),
        migrations.RunPython(protect, release),
    ]
