from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from mago.audit import append_only


def protect(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    append_only.protect(schema_editor.connection, "audit_auditevent", "audit_auditlink")


def release(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    append_only.release(schema_editor.connection, "audit_auditevent", "audit_auditlink")


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("time", models.DateTimeField(verbose_name="time")),
                ("tag", models.CharField(max_length=64, verbose_name="event")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("success", "success"),
                            ("failure", "failure"),
                            ("refused", "refused"),
                        ],
                        max_length=7,
                        verbose_name="outcome",
                    ),
                ),
                ("actor_id", models.UUIDField(null=True)),
                ("actor_label", models.CharField(max_length=254, verbose_name="who")),
                ("on_behalf_of_id", models.UUIDField(null=True)),
                (
                    "on_behalf_of_label",
                    models.CharField(max_length=254, verbose_name="on behalf of"),
                ),
                ("target_type", models.CharField(max_length=64)),
                ("target_id", models.CharField(max_length=64)),
                ("target_label", models.CharField(max_length=254, verbose_name="what")),
                ("organization_id", models.UUIDField(null=True)),
                ("address", models.CharField(max_length=45, verbose_name="address")),
                ("user_agent", models.CharField(max_length=300, verbose_name="browser")),
                ("request_id", models.CharField(max_length=64, verbose_name="request")),
                ("detail", models.JSONField(verbose_name="detail")),
                ("mac", models.BinaryField()),
            ],
            options={
                "verbose_name": "audit event",
                "verbose_name_plural": "audit events",
                "indexes": [
                    models.Index(fields=["-time", "-id"], name="audit_newest"),
                    models.Index(fields=["actor_id", "-time", "-id"], name="audit_by_actor"),
                    models.Index(fields=["target_id", "-time", "-id"], name="audit_by_target"),
                    models.Index(fields=["tag", "-time", "-id"], name="audit_by_tag"),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditLink",
            fields=[
                ("sequence", models.BigIntegerField(primary_key=True, serialize=False)),
                ("hash", models.BinaryField()),
                ("mac", models.BinaryField()),
                (
                    "event",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="link",
                        to="audit.auditevent",
                    ),
                ),
            ],
            options={
                "verbose_name": "audit link",
                "verbose_name_plural": "audit links",
            },
        ),
        migrations.RunPython(protect, release),
    ]
