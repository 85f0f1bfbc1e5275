"""Sums in decimal, as people write them: "18% of 64", "3 x (2 + 4)"."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from decimal import Decimal, DecimalException, localcontext

from apps.assistant import figures, phrases
from apps.core import errors

LONGEST = 100
_TWO: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
MOST_POWER = 20


def told(said: str) -> str:
    """The result in at most ten digits. Raises errors.Invalid for what is no sum."""
    plain = phrases.folded(said)
    for sign, words in phrases.words().answers["signs"].items():
        either = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
        plain = re.sub(rf"(?<![a-z])(?:{either})(?![a-z])", sign, plain)
    # "10% of" is "10/100*", a bare percent a hundredth.
    plain = figures.plain(plain).replace("%", "/100").replace("^", "**")
    if len(plain) > LONGEST or not re.fullmatch(r"[\d.+\-*/() ]+", plain):
        raise errors.Invalid(phrases.say("no_sum"))
    try:
        with localcontext() as context:
            context.prec = 30
            return figures.shown(
                _shown(_value(ast.parse(plain.strip(), mode="eval").body))
            )
    except (SyntaxError, ValueError, DecimalException, RecursionError):
        raise errors.Invalid(phrases.say("no_sum")) from None


def _value(node: ast.expr) -> Decimal:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return Decimal(str(node.value))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand)
    if isinstance(node, ast.BinOp):
        left, right = _value(node.left), _value(node.right)
        if isinstance(node.op, ast.Pow) and abs(right) <= MOST_POWER:
            return left**right
        if type(node.op) in _TWO:
            return _TWO[type(node.op)](left, right)
    raise ValueError


def _shown(value: Decimal) -> str:
    if value and not Decimal("1e-6") <= abs(value) < Decimal("1e15"):
        return f"{value:.6g}"
    rounded = value.quantize(Decimal("1e-6")).normalize()
    return f"{rounded:,f}"
