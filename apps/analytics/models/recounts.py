"""Days that were counted again from the texts themselves."""

from django.db import models


class Recount(models.Model):
    """How many sums from the first to the last day were not what their texts come to."""

    first = models.DateField()
    last = models.DateField()
    differing = models.IntegerField("sums that differed")
    at = models.DateTimeField("counted")

    def __str__(self) -> str:
        return f"recount of {self.first}"
