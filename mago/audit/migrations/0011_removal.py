from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from mago.audit import append_only


def make(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    append_only.make_removal(schema_editor.connection)


class Migration(migrations.Migration):
    """The function of 0004 as it is written now."""

    dependencies = [("audit", "0010_numbers")]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
