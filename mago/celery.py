"""The Celery application; tasks live in each slice's tasks.py, what runs when in the settings."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mago.settings.main")

app = Celery("mago")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Which application is current is each thread's own: without this, a request's thread or a retry
# would look for a broker that nobody configured.
app.set_default()
