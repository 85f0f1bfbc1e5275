"""Tell what is due in some days, or overdue: reminders and tasks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from apps.assistant import moments, phrases, ranges, receipts
from apps.assistant.conversations import Scene
from apps.assistant.models import ListItem, Reminder, Risk
from apps.assistant.targets import short
from apps.assistant.toolbox import Result, Tool, said

MOST_SHOWN = 30


@dataclass(frozen=True)
class Arguments:
    when: str = said("words for the day, this week or next week; past for overdue")


def run(scene: Scene, arguments: Arguments) -> Result:
    zone = ZoneInfo(scene.zone)
    rows = Reminder.objects.owned_by(scene.user)
    tasks = ListItem.objects.filter(
        user=scene.user, list__is_deleted=False, state=ListItem.State.OPEN
    ).order_by("due_on", "pk")
    if arguments.when == "past":
        due = list(rows.filter(state=Reminder.State.FIRED).order_by("due_at"))
        tasks = tasks.filter(due_on__lt=scene.now.astimezone(zone).date())
    else:
        start, end = ranges.day(scene, arguments.when)
        due = list(rows.upcoming().filter(due_at__gte=start, due_at__lt=end))
        tasks = tasks.filter(due_on__gte=start.date(), due_on__lt=end.date())
    lines = [{"text": each.text, "at": each.due_at.isoformat()} for each in due]
    lines += [{"text": each.text, "day": str(each.due_on)} for each in tasks]
    lines.sort(key=_day)
    return Result({"when": arguments.when, "lines": lines[:MOST_SHOWN]})


def _day(line: Mapping[str, str]) -> date:
    return datetime.fromisoformat(line.get("at") or line["day"]).date()


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    if not values["lines"]:
        is_past = values["when"] == "past"
        return phrases.say("nothing_overdue" if is_past else "nothing_due")
    return "\n".join(_line(scene, line) for line in values["lines"])


def _line(scene: Scene, line: Mapping[str, str]) -> str:
    text = short(line["text"])
    if "day" in line:
        return f"{text}, {moments.day(scene, line['day'])}"
    return receipts.timed(
        scene, "option_reminder", {"text": line["text"], "due_at": line["at"]}
    )


TOOL = Tool(
    name="reminders.due",
    risk=Risk.READ,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    examples=("what is due this week", "is anything overdue"),
)
