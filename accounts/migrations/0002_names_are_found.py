from typing import Any

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models.functions import Lower


def index_names(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """PostgreSQL finds beginnings in an index that compares characters one by one, as SQLite's always does."""
    pattern = ' COLLATE "C"' if schema_editor.connection.vendor == "postgresql" else ""
    schema_editor.execute(
        f'CREATE INDEX "user_by_name" ON "accounts_user" (LOWER("name"){pattern})'
    )


def unindex_names(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    schema_editor.execute('DROP INDEX "user_by_name"')


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            [migrations.RunPython(index_names, unindex_names)],
            [migrations.AddIndex("user", models.Index(Lower("name"), name="user_by_name"))],
        ),
        migrations.AddIndex(
            "user",
            models.Index(
                fields=["-created_at", "-id"],
                name="user_disabled",
                condition=models.Q(is_active=False),
            ),
        ),
    ]
