from django.db import migrations, models


class Migration(migrations.Migration):
    """A process of before, which knows nothing of it, reports tickets meanwhile: they stand with those that nobody has rated."""

    dependencies = [("security", "0005_who_stands_behind_programs")]

    operations = [
        migrations.AddField(
            "ticket", "rank", models.SmallIntegerField(null=True, db_default=0, editable=False)
        ),
        migrations.RemoveIndex("ticket", "ticket_by_score"),
        migrations.AddIndex(
            "ticket", models.Index(fields=["programme", "rank", "id"], name="ticket_by_rank")
        ),
    ]
