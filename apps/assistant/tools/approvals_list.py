"""What waits for a yes."""

from collections.abc import Mapping
from typing import Any

from apps.assistant import phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Approval, Risk
from apps.assistant.toolbox import Nothing, Result, Tool


def run(scene: Scene, arguments: Nothing) -> Result:
    rows = Approval.objects.owned_by(scene.user).open(scene.now)
    return Result({"lines": [[row.code, row.sentence] for row in rows]})


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    if not values["lines"]:
        return phrases.say("no_approvals")
    lines = [
        phrases.say("approvals_line", code=code, what=what)
        for code, what in values["lines"]
    ]
    return "\n".join(
        [phrases.say("approvals_head"), *lines, phrases.say("approvals_how")]
    )


TOOL = Tool(
    name="approvals.list",
    risk=Risk.READ,
    arguments=Nothing,
    run=run,
    receipt=receipt,
    # Codes are between us and the person.
    by_model=False,
    examples=("approvals", "what waits for my yes"),
)
