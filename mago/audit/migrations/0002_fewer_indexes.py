from typing import Any

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Q

from mago.audit import append_only

TABLE = "audit_auditlink"


def release(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    append_only.release(schema_editor.connection, TABLE)


def protect(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    append_only.protect(schema_editor.connection, TABLE)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_events_and_chain")]

    operations = [
        migrations.RemoveIndex("auditevent", "audit_newest"),
        migrations.RemoveIndex("auditevent", "audit_by_actor"),
        migrations.RemoveIndex("auditevent", "audit_by_target"),
        migrations.RemoveIndex("auditevent", "audit_by_tag"),
        migrations.AddIndex(
            "auditevent",
            models.Index(
                fields=["actor_id", "id"],
                name="audit_of_actor",
                condition=Q(actor_id__isnull=False),
            ),
        ),
        migrations.AddIndex(
            "auditevent", models.Index(fields=["target_id", "id"], name="audit_of_target")
        ),
        migrations.AddIndex("auditevent", models.Index(fields=["tag", "id"], name="audit_of_tag")),
        migrations.AddIndex(
            "auditevent",
            models.Index(
                fields=["organization_id", "id"],
                name="audit_of_organization",
                condition=Q(organization_id__isnull=False),
            ),
        ),
        migrations.RunPython(release, protect),
        migrations.AddField(
            "auditlink", "salt", models.BinaryField(null=True), preserve_default=False
        ),
        migrations.RunSQL(
            "UPDATE audit_auditlink SET salt = (SELECT substr(mac, 1, 16)"
            " FROM audit_auditevent WHERE audit_auditevent.id = audit_auditlink.event_id)",
            migrations.RunSQL.noop,
        ),
        migrations.AlterField("auditlink", "salt", models.BinaryField(unique=True)),
        migrations.RunPython(protect, release),
    ]
