from django.db import models


class Leadership(models.Model):
    """Which of several processes does what only one may do, and until when unless it
    says so again."""

    name = models.CharField(max_length=40, primary_key=True)
    holder = models.CharField(max_length=160)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}: {self.holder}"
