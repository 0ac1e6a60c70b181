"""The Celery application; tasks live in each slice's tasks.py."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mago.settings")

app = Celery("mago")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# current_app is a thread's own: without this, a retry inside a worker thread looks for a broker nobody configured.
app.set_default()
