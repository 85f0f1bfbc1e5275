"""Every code that an error of ours can have, read in the code itself."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from apps.accounts.sessions import Ending
from apps.core.errors import AppError

# Made of what others said; kept in a record, and never the code of an answer.
NOT_ANSWERED = (
    "HandshakeFailed(code=code)",
    "OutsideFailure('The letter was not taken.', code=refusal.code)",
)
_ROOT = Path(__file__).parents[2]


def used() -> set[str]:
    files = [*(_ROOT / "apps").rglob("*.py"), *(_ROOT / "config").rglob("*.py")]
    trees = [
        ast.parse(each.read_text()) for each in files if "migrations" not in each.parts
    ]
    for each in (_ROOT / "apps").rglob("*.py"):
        if "AppError" in each.read_text() or "errors import" in each.read_text():
            parts = each.relative_to(_ROOT).with_suffix("").parts
            import_module(".".join(parts).removesuffix(".__init__"))
    kinds = list(_kinds(AppError))
    found = {kind.code for kind in kinds}
    for tree in trees:
        found |= set(_given(tree, {kind.__name__ for kind in kinds}))
    # sessions.Over makes its own of how a sign-in ended; config/gunicorn.py answers what
    # never becomes a request.
    return found | {f"session_{ending}" for ending in Ending} | {"unreadable"}


def _kinds(kind: type[AppError]) -> Iterator[type[AppError]]:
    yield kind
    for each in kind.__subclasses__():
        if each.__module__.startswith("apps."):
            yield from _kinds(each)


def _given(tree: ast.AST, kinds: set[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name in kinds:
            yield from _constants(node)


def _constants(call: ast.Call) -> Iterator[str]:
    for keyword in call.keywords:
        if keyword.arg == "code" and isinstance(keyword.value, ast.Constant):
            yield str(keyword.value.value)
        elif keyword.arg == "code":
            assert ast.unparse(call) in NOT_ANSWERED
