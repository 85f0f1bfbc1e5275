"""What the assistant was asked for, by day."""

from typing import ClassVar

from django.db import models


class Calls(models.Model):
    day = models.DateField()
    tool = models.CharField(max_length=64)
    outcome = models.CharField(max_length=8)
    calls = models.BigIntegerField(default=0)

    class Meta:
        abstract = True


class ToolDay(Calls):
    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["day", "tool", "outcome"], name="one_tool_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.tool} on {self.day}"


class PersonTool(Calls):
    user_id = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user_id", "day", "tool", "outcome"],
                name="one_tool_a_persons_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.tool} of {self.user_id} on {self.day}"
