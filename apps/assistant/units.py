"""Units of measure: how much each is of the first of its kind."""

from __future__ import annotations

from decimal import Decimal

from apps.assistant import phrases
from apps.core import errors

KINDS: dict[str, dict[str, str]] = {
    "length": {
        "m": "1",
        "km": "1000",
        "cm": "0.01",
        "mm": "0.001",
        "mi": "1609.344",
        "yd": "0.9144",
        "ft": "0.3048",
        "in": "0.0254",
    },
    "mass": {
        "g": "1",
        "kg": "1000",
        "mg": "0.001",
        "t": "1000000",
        "lb": "453.59237",
        "oz": "28.349523125",
        "st": "6350.29318",
    },
    "volume": {
        "l": "1",
        "ml": "0.001",
        "dl": "0.1",
        "cl": "0.01",
        "gal": "3.785411784",
        "qt": "0.946352946",
        "pt": "0.473176473",
        "cup": "0.2365882365",
        "floz": "0.0295735295625",
        "tbsp": "0.01478676478125",
        "tsp": "0.00492892159375",
    },
    "speed": {"kmh": "1", "mph": "1.609344", "ms": "3.6", "kn": "1.852"},
    "area": {
        "m2": "1",
        "km2": "1000000",
        "ha": "10000",
        "acre": "4046.8564224",
        "sqft": "0.09290304",
    },
    "time": {"s": "1", "min": "60", "h": "3600", "d": "86400", "wk": "604800"},
}
_C, _F, _K = "c", "f", "k"


def named(said: str) -> str:
    """The sign of a unit. Raises errors.Invalid."""
    plain = phrases.folded(said).strip(" .°")
    for sign, words in phrases.words().answers["units_of_measure"].items():
        if plain in words:
            return str(sign)
    raise errors.Invalid(phrases.say("no_unit", unit=said[:20]))


def converted(amount: Decimal, of: str, to: str) -> Decimal:
    """By signs. Raises errors.Invalid for two of different kinds."""
    if {of, to} <= {_C, _F, _K}:
        return _out_of_celsius(_in_celsius(amount, of), to)
    for factors in KINDS.values():
        if of in factors and to in factors:
            return amount * Decimal(factors[of]) / Decimal(factors[to])
    raise errors.Invalid(phrases.say("other_kind"))


def _in_celsius(amount: Decimal, of: str) -> Decimal:
    if of == _F:
        return (amount - 32) * 5 / 9
    return amount - Decimal("273.15") if of == _K else amount


def _out_of_celsius(amount: Decimal, to: str) -> Decimal:
    if to == _F:
        return amount * 9 / 5 + 32
    return amount + Decimal("273.15") if to == _K else amount
