import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

COLUMNS = "tag, outcome, actor_id, target_id, organization_id, address"
INDEXES = {
    "outcome": ["outcome"],
    "tag": ["tag"],
    "organization": ["organization_id"],
    "kind": ["organization_id", "tag"],
    "address": ["address"],
    "target": ["target_id"],
    "actor": ["actor_id"],
}
# Of what many events do not have, only those that do.
SPARSE = {"organization_id", "actor_id"}


class Migration(migrations.Migration):
    dependencies = [("audit", "0008_pseudonyms")]

    operations = [
        migrations.CreateModel(
            name="AuditMark",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="mark",
                        serialize=False,
                        to="audit.auditevent",
                    ),
                ),
                ("tag", models.CharField(max_length=64)),
                ("outcome", models.CharField(max_length=7)),
                ("actor_id", models.UUIDField(null=True)),
                ("target_id", models.CharField(max_length=64)),
                ("organization_id", models.UUIDField(null=True)),
                ("address", models.CharField(max_length=45)),
            ],
            options={
                "verbose_name": "mark of an audit event",
                "verbose_name_plural": "marks of audit events",
            },
        ),
        migrations.RunSQL(
            f"INSERT INTO audit_auditmark (event_id, {COLUMNS})"  # noqa: S608 - our own names
            f" SELECT id, {COLUMNS} FROM audit_auditevent ORDER BY id",
            migrations.RunSQL.noop,
        ),
        *(
            migrations.AddIndex(
                "auditmark",
                models.Index(
                    fields=[*columns, "event"],
                    name=f"audit_mark_{name}",
                    condition=Q(**{f"{columns[0]}__isnull": False})
                    if columns[0] in SPARSE
                    else None,
                ),
            )
            for name, columns in INDEXES.items()
        ),
        migrations.RemoveIndex("auditevent", "audit_of_actor"),
        migrations.RemoveIndex("auditevent", "audit_of_target"),
        migrations.RemoveIndex("auditevent", "audit_of_tag"),
        migrations.RemoveIndex("auditevent", "audit_of_organization"),
    ]
