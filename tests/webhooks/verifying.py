"""What somebody who was given a secret does with what they are sent: the program of
docs/webhooks.md, run as it stands there."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_PAGE = Path(__file__).parents[2] / "docs/webhooks.md"
_PROGRAM = re.compile(r"```python\n(.*?)```", re.DOTALL)


def is_genuine(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    found = _PROGRAM.search(_PAGE.read_text())
    assert found is not None
    names: dict[str, Any] = {}
    exec(found[1], names)  # the documented program is what is tested
    return bool(names["is_genuine"](secret, headers, body))
