"""The sums of people once more, together by the roles they hold (holders.py).

`group_id` is the group of a role. Somebody who holds two counts in both. Strangers, and
who has left, hold none.
"""

from typing import ClassVar

from django.db import models

from apps.analytics.models.speeds import Speed
from apps.analytics.models.texts import SPLIT, OfAll
from apps.analytics.models.tools import Calls


class Holder(models.Model):
    """Who counts among those of a role, as of the last look."""

    user_id = models.BigIntegerField()
    group_id = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user_id", "group_id"], name="one_holder_of_a_role"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.group_id}"


class HolderChange(models.Model):
    """Somebody got or lost a role, and is to be looked at."""

    user_id = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["user_id"], name="change_of_holder")]

    def __str__(self) -> str:
        return f"roles of {self.user_id}"


class RoleDay(OfAll):
    group_id = models.BigIntegerField()
    day = models.DateField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["group_id", "day", *SPLIT], name="one_sum_of_a_roles_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.direction} of {self.group_id} on {self.day}"


class RoleSpeed(Speed):
    """Of the stage "reply": how long they waited."""

    group_id = models.BigIntegerField()
    day = models.DateField()
    country = models.CharField(max_length=2, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["group_id", "day", "country", "bucket"],
                name="one_speed_of_a_roles_day",
            )
        ]

    def __str__(self) -> str:
        return f"answers to {self.group_id} on {self.day}"


class RoleTool(Calls):
    group_id = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["group_id", "day", "tool", "outcome"],
                name="one_tool_a_roles_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.tool} of {self.group_id} on {self.day}"
