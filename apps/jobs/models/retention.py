from django.db import models


class RetentionRule(models.Model):
    """How long operators want something kept."""

    rule = models.CharField(max_length=80, unique=True, editable=False)
    days = models.PositiveIntegerField("days kept")
    is_on = models.BooleanField("on", default=True)

    def __str__(self) -> str:
        return self.rule
