"""Mago: identity, hub authentication and administration for a meeting-room platform."""

# The Celery application exists before any task is looked up, in whichever process we are.
from .celery import app as celery_app

__all__ = ["celery_app"]
