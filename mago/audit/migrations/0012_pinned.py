from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from mago.audit import append_only


def pin(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    append_only.pin(schema_editor.connection)


class Migration(migrations.Migration):
    """The functions of 0004 and 0011 take no temporary table for one of ours."""

    dependencies = [("audit", "0011_removal")]

    operations = [migrations.RunPython(pin, migrations.RunPython.noop)]
