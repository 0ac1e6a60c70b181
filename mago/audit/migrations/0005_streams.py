import mago.core.crypto
import mago.core.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0004_segments'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditStream',
            fields=[
                ('id', models.UUIDField(default=mago.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=100, unique=True, verbose_name='name')),
                ('kind', models.CharField(choices=[('syslog', 'Syslog'), ('webhook', 'Webhook')], max_length=7, verbose_name='kind')),
                ('address', models.CharField(max_length=500, verbose_name='address')),
                ('secret', mago.core.crypto.SealedTextField(blank=True)),
                ('is_enabled', models.BooleanField(default=True, verbose_name='enabled')),
                ('position', models.BigIntegerField(default=0, verbose_name='position')),
                ('sent_at', models.DateTimeField(null=True, verbose_name='last sent')),
                ('failures', models.IntegerField(default=0, verbose_name='failures')),
                ('failing_since', models.DateTimeField(null=True, verbose_name='failing since')),
                ('next_attempt_at', models.DateTimeField(null=True, verbose_name='next attempt')),
                ('last_error', models.CharField(blank=True, max_length=300, verbose_name='last error')),
                ('dead_since', models.DateTimeField(null=True, verbose_name='gave up')),
                ('leased_until', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(verbose_name='created')),
            ],
            options={
                'verbose_name': 'audit stream',
                'verbose_name_plural': 'audit streams',
            },
        ),
    ]
