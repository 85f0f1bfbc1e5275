from django.db import models
from django.db.models.functions import Now


class Effect(models.Model):
    """That a job did something; twice is two rows."""

    name = models.CharField(max_length=80)
    at = models.DateTimeField(db_default=Now())
    pid = models.IntegerField(default=0)

    def __str__(self) -> str:
        return self.name
