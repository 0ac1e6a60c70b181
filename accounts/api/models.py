"""Answers that are kept for whoever did not get them."""

from django.db import models

from mago.core.crypto import SealedTextField


class KeptAnswer(models.Model):
    """What came of a request with an Idempotency-Key; without a status it is still being carried out. Of a form,
    where it led (`admincenter/once.py`).

    The digest is of the principal, the route and the key: of many who send the same one, one inserts the row.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    # Of what was sent: the same key means the same request.
    request = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    answer = SealedTextField(blank=True)
    expires_at = models.DateTimeField(db_index=True)
