from django.db import models
from django.db.models.functions import Now


class Heartbeat(models.Model):
    """When a process was last known to live, by the clock of the database."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name
