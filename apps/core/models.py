from django.db import models
from django.db.models.functions import Now


class Heartbeat(models.Model):
    """When a process was last known to live, by the clock of the database."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name


class OpaqueKey(models.Model):
    """The one key of opaque.py. Whoever reads this table reads the numbers as well."""

    key = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return "the key of opaque ids"
