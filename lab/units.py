"""Quantities as drill files write them: a number and a unit. Inside the lab a float, its unit in the name.

``parse("3000 ms", DURATION_MS)`` is 3000.0, ``parse("2 min", DURATION_S)`` is 120.0, ``parse("98 %", SHARE)``
is 0.98. Nothing is guessed: a number without a unit, an unknown unit and a negative amount are errors that
name the valid units.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches

_AMOUNT = re.compile(
    r"(?P<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?)\s*(?P<unit>\S.*)?", re.ASCII
)
_LONGEST = 60  # characters of a quantity; also keeps what an error quotes short


class UnitError(ValueError):
    """A quantity that can't be read; the text says why and which units are valid."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A kind of amount: its units as multiples of the one the lab computes in, and the most it may be.

    ``plain``: a number without a unit is one in the lab's own unit, as a share of 0..1.
    """

    noun: str
    units: Mapping[str, str]
    example: str
    most: float
    plain: bool = False

    @property
    def valid(self) -> str:
        """The units, as an error lists them."""
        return ", ".join(self.units)


_SECONDS = {"ms": "0.001", "s": "1", "min": "60", "h": "3600"}
_MILLISECONDS = {"ms": "1", "s": "1000", "min": "60000", "h": "3600000"}
_BYTES = {"B": "1", "KB": "1e3", "MB": "1e6", "GB": "1e9"}

DURATION_S = Quantity("duration", _SECONDS, "10 s", 86_400.0)
DURATION_MS = Quantity("duration", _MILLISECONDS, "3000 ms", 86_400_000.0)
RATE_RPS = Quantity("rate", {"/s": "1", "/min": "0.016666666666666666"}, "100 /s", 1e6)
SHARE = Quantity("share", {"%": "0.01"}, "98 %", 1.0, plain=True)
PERCENT = Quantity("percentage", {"%": "0.01"}, "98 %", 1e4)  # of something: may exceed 100 %
DATA_RATE_KBPS = Quantity("data rate", {"B/s": "0.001", "KB/s": "1", "MB/s": "1000"}, "10 KB/s", 1e7)
SIZE_BYTES = Quantity("size", _BYTES, "200 MB", 1e15)


def base_unit(quantity: Quantity) -> str:
    """The unit that the lab computes a quantity in, ``s`` for a duration in seconds; empty where it writes another."""
    return next((unit for unit, factor in quantity.units.items() if factor == "1"), "")


def quote(value: object) -> str:
    """A value as an error shows it: in backticks, printable, never longer than a line."""
    text = str(value)[: _LONGEST + 1]
    shown = "".join(char if char.isprintable() else "?" for char in text)
    return f"`{shown[:_LONGEST]}...`" if len(text) > _LONGEST else f"`{shown}`"


def near(word: object, valid: Iterable[str]) -> list[str]:
    """The valid word that looks most like this one; none where none does."""
    return get_close_matches(str(word)[:_LONGEST], sorted(set(valid)), n=1)


def suggest(word: object, valid: Iterable[str]) -> str:
    """``; did you mean `x`?`` where a valid word is near, else ``; valid: x, y``."""
    words = sorted(set(valid))
    if found := near(word, words):
        return f"; did you mean `{found[0]}`?"
    return f"; valid: {', '.join(words)}" if words else ""


def parse(value: object, quantity: Quantity) -> float:
    """Read an amount with its unit.

    Args:
        value: what stood in the file; only text can carry a unit.
        quantity: which kind is expected, e.g. ``DURATION_S``.

    Returns:
        The amount in the quantity's own unit.

    Raises:
        UnitError: no number, no unit, an unknown unit, below zero or out of range.
    """
    if quantity.plain and (number := _plain(value)) is not None:
        if 0 <= number <= quantity.most:
            return number
        raise UnitError(
            f"{quote(value)} is not a {quantity.noun}: write 0 to {quantity.most:g}, or `{quantity.example}`"
        )
    found = _AMOUNT.fullmatch(value.strip()) if isinstance(value, str) and len(value) <= _LONGEST else None
    if found is None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise UnitError(f"{quote(value)} is not a {quantity.noun}; write it like `{quantity.example}`")
    unit = found["unit"] if found else None
    if found is None or unit is None:
        raise UnitError(f"{quote(value)} has no unit; valid: {quantity.valid} (like `{quantity.example}`)")
    if unit not in quantity.units:
        raise UnitError(f"{quote(value)}: unknown unit {quote(unit)}; valid: {quantity.valid}")
    amount = float(Decimal(found["number"]) * Decimal(quantity.units[unit]))
    if amount < 0:
        raise UnitError(f"{quote(value)}: a {quantity.noun} can't be negative")
    if not amount <= quantity.most:
        raise UnitError(f"{quote(value)} is too much; a {quantity.noun} is at most {_most(quantity)}")
    return amount


def _plain(value: object) -> float | None:
    """A number, also one that is typed as text; None: it is not one, or has a unit."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    found = _AMOUNT.fullmatch(value.strip()) if isinstance(value, str) and len(value) <= _LONGEST else None
    return float(found["number"]) if found is not None and found["unit"] is None else None


def _most(quantity: Quantity) -> str:
    """The limit in the quantity's largest unit."""
    unit, factor = max(quantity.units.items(), key=lambda item: Decimal(item[1]))
    return f"{quantity.most / float(factor):g} {unit}"
