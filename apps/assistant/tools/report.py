"""Report what was said or done last to the people who run this."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.assistant import phrases, reports
from apps.assistant.conversations import Scene
from apps.assistant.models import Report, Risk
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    words: str = said("what was wrong")


def run(scene: Scene, arguments: Arguments) -> Result:
    row = reports.make(
        user=scene.user, words=arguments.words.strip(), before=scene.turn
    )
    return Result({"report": row.pk}, undo={"report": row.pk})


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say("reported")


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    Report.objects.filter(user=scene.user, pk=before["report"]).delete()
    return phrases.say("undone_report")


TOOL = Tool(
    name="report",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    undo=undo,
    is_blind=True,
    by_model=False,
    examples=("report that was the wrong day", "report"),
)
