"""Counters of the limits (mago/core/ratelimit.py)."""

from django.db import models


class LimitState(models.Model):
    """How far a limit is used up: `full_until` is the moment at which it will be empty again."""

    key = models.CharField(max_length=64, primary_key=True)
    full_until = models.FloatField(db_index=True)
