"""Sums of what is elsewhere: everything here can be counted again."""

from apps.analytics.models.calls import CallDay
from apps.analytics.models.recounts import Recount
from apps.analytics.models.roles import (
    Holder,
    HolderChange,
    RoleDay,
    RoleSpeed,
    RoleTool,
)
from apps.analytics.models.speeds import (
    CountrySpeed,
    PersonSpeed,
    SpeedDay,
    SpeedHour,
)
from apps.analytics.models.texts import (
    CountryMonth,
    DaySum,
    HourSum,
    PersonDay,
    PersonMonth,
)
from apps.analytics.models.tools import PersonTool, ToolDay

__all__ = [
    "CallDay",
    "CountryMonth",
    "CountrySpeed",
    "DaySum",
    "Holder",
    "HolderChange",
    "HourSum",
    "PersonDay",
    "PersonMonth",
    "PersonSpeed",
    "PersonTool",
    "Recount",
    "RoleDay",
    "RoleSpeed",
    "RoleTool",
    "SpeedDay",
    "SpeedHour",
    "ToolDay",
]
