"""What operators say of the timetable: when something runs, in words where it cannot."""

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.exceptions import ValidationError
from django.utils import timezone
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
)

from apps.core import kinds
from apps.jobs import timetable
from apps.jobs.occurrences import BadCrontab

# A second is the least; below it stand microseconds.
TOO_OFTEN = IntervalSchedule.MICROSECONDS
# Fields that say when an entry comes.
TIMING = frozenset(
    ("enabled", "interval", "crontab", "once_at", "start_time", "expires")
)
# What lies behind it is a slip, and the end of the calendar is near.
FURTHEST = timedelta(days=3_660)


def _insist_on_a_run(row: Any) -> timedelta | None:
    """The longest wait; None for what comes once. Raises ValidationError for what beat
    could make nothing of, or that comes too seldom to be meant."""
    try:
        waits = timetable.wait(timetable.schedule_of(row))
    except (timetable.Unreadable, BadCrontab):
        waits = None
    if isinstance(row, CrontabSchedule) and waits is None:
        raise ValidationError("That never comes, not within eight years.")
    if isinstance(row, IntervalSchedule):
        if waits is None or not timetable.SHORTEST <= waits <= timetable.LONGEST:
            raise ValidationError("An interval lies between one second and 366 days.")
    return waits


def spoken(time: timedelta) -> str:
    """`10 hours`, `50 seconds`."""
    for name in ("days", "hours", "minutes", "seconds"):
        number, rest = divmod(time, timedelta(**{name: 1}))
        if number and not rest:
            break
    return f"{number} {name.removesuffix('s') if number == 1 else name}"


def kinds_to_choose() -> list[tuple[str, str]]:
    return list(kinds.schedulable().items())


class ScheduleForm(forms.ModelForm):  # type: ignore[type-arg]  # in stubs only
    def full_clean(self) -> None:
        """Behind what the package says of each field by itself."""
        super().full_clean()
        if self.is_bound and not self.errors:
            try:
                _insist_on_a_run(self.instance)
            except ValidationError as error:
                self.add_error(None, error)


class TimetableForm(forms.ModelForm):  # type: ignore[type-arg]  # in stubs only
    """When a task runs and whether; with what, and where, is for the code to say."""

    task = forms.ChoiceField(choices=kinds_to_choose)
    once_at = forms.SplitDateTimeField(
        label="Once, at", required=False, widget=AdminSplitDateTime
    )

    class Meta:
        model = PeriodicTask
        fields = (
            *("name", "task", "enabled", "description"),
            *("interval", "crontab", "start_time", "expires"),
        )
        labels: ClassVar = {
            "task": "Task",
            "interval": "Interval",
            "crontab": "Crontab",
            "start_time": "Not before",
            "expires": "Not after",
            "last_run_at": "Last run",
        }
        help_texts: ClassVar = {
            "name": "",
            "task": "",
            "last_run_at": "",
            "enabled": "Without the tick it does not run.",
            "description": "",
            "interval": "Every so often. Choose this, a crontab or a time.",
            "crontab": "At these times, in the zone that it names.",
            "start_time": "",
            "expires": "",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "task" in self.fields and self.instance.pk:
            task: Any = self.fields["task"]
            own = self.instance.task
            # Also one that nobody could choose anew.
            task.choices = [*({own: own} | dict(kinds_to_choose())).items()]
        if self.instance.clocked:
            self.initial["once_at"] = self.instance.clocked.clocked_time

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("name") in timetable.names():
            self.add_error("name", "The code's own work is called so.")
        if self.errors:
            return given
        once, name = given.get("once_at"), given.get("name", self.instance.name)
        chosen = [
            each for each in (given.get("interval"), given.get("crontab")) if each
        ]
        if len(chosen) + bool(once) != 1:
            raise ValidationError(
                "Say when it runs: by an interval, by a crontab, or once."
            )
        self._insist_on_times(given)
        if self.errors:
            return given
        chosen += [ClockedSchedule(clocked_time=once)] * bool(once)
        waits = _insist_on_a_run(chosen[0])
        most = timetable.most(name)
        if most is not None and (waits is None or waits > most):
            raise ValidationError(
                f"{name} has to run at least once in {spoken(most)}: more work than"
                " its own hangs on it."
            )
        was_once = self.instance.clocked is not None
        if not was_once or "once_at" in self.changed_data:
            self.instance.clocked = chosen[0] if once else None
            self.instance.one_off = bool(once) or (
                self.instance.one_off and not was_once
            )
        return given

    def validate_unique(self) -> None:
        """The package says of a time what is said above."""
        if not self.errors:
            super().validate_unique()

    def _insist_on_times(self, given: dict[str, Any]) -> None:
        now = timezone.now()
        once, starts, ends = map(given.get, ("once_at", "start_time", "expires"))
        begins_anew = "enabled" in self.changed_data and given.get("enabled")
        for name in ("once_at", "start_time", "expires"):
            at = given.get(name)
            is_new = name in self.changed_data
            if at and (is_new or begins_anew and name != "start_time") and at <= now:
                self.add_error(name, "That time has passed.")
            elif at and is_new and at - now > FURTHEST:
                self.add_error(name, "That is more than ten years ahead.")
        first = once or starts
        if first and ends and ends <= first:
            self.add_error("expires", "It would never run.")
        elif once and starts and starts > once:
            self.add_error("start_time", "It would never run.")
