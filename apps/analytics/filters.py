"""Of whom operators ask: of all, of a country, of a role, or of a country of a role."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from apps.accounts.models import User
from apps.analytics.models import (
    CountrySpeed,
    DaySum,
    RoleDay,
    RoleSpeed,
    RoleTool,
    SpeedDay,
    ToolDay,
)
from apps.core.errors import Invalid
from apps.rbac.models import Role


@dataclass(frozen=True)
class Filters:
    """A country, in two letters, of the numbers texted from and to; a role, by its slug, of
    those who hold it now."""

    country: str = ""
    role: str = ""

    def members(self) -> Any:
        """The ids of who holds the role, to be asked with."""
        holding = User.groups.through.objects.filter(group__role__slug=self.role)
        return holding.values("user_id")

    def texts(self) -> Any:
        """The sums to ask. Strangers, and who has left, hold no role."""
        rows: Any = DaySum.objects.all()
        if self.role:
            rows = self._of_role(RoleDay)
        return rows.filter(country=self.country) if self.country else rows

    def speeds(self) -> Any:
        """Of the stage "reply"."""
        if self.role:
            rows = self._of_role(RoleSpeed)
            return rows.filter(country=self.country) if self.country else rows
        if self.country:
            return CountrySpeed.objects.filter(country=self.country)
        return SpeedDay.objects.filter(stage="reply")

    def tools(self) -> Any:
        """In whatever country."""
        return self._of_role(RoleTool) if self.role else ToolDay.objects.all()

    def _of_role(self, model: Any) -> Any:
        group = Role.objects.filter(slug=self.role).values("group_id")
        return model.objects.filter(group_id__in=group)


EVERYBODY = Filters()


def read(asked: Mapping[str, str]) -> Filters:
    """What `country` and `role` say. Raises Invalid."""
    country, role = asked.get("country", "").upper(), asked.get("role", "")
    if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
        raise Invalid(gettext("A country is two letters, like US."))
    if role and ("\0" in role or not Role.objects.filter(slug=role).exists()):
        raise Invalid(gettext("There is no such role."))
    return Filters(country, role)
