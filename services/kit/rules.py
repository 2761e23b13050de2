"""What a setting may be: a dataclass field with a rule that checks a value and reads it from text."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off", ""})


@dataclass(frozen=True)
class Rule:
    """What a setting may be.

    Args:
        valid: In words.
        check: The value as it is kept; raises ValueError.
        read: Text from the environment -> value to be checked.
    """

    valid: str
    check: Callable[[object], object]
    read: Callable[[str], object]


def number(default: float, least: float, most: float) -> Any:  # noqa: ANN401  a dataclass field
    """A setting that is a number between `least` and `most`."""

    def check(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError("not a number")  # noqa: TRY004  one error for all wrong values
        if not least <= value <= most:
            raise ValueError("out of range")
        return float(value)

    return _field(default, Rule(f"a number from {least:g} to {most:g}", check, float))


def whole(default: int, least: int, most: int) -> Any:  # noqa: ANN401  a dataclass field
    """A setting that is a whole number between `least` and `most`."""

    def check(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError("not a whole number")  # noqa: TRY004  one error for all wrong values
        if not least <= value <= most:
            raise ValueError("out of range")
        return value

    return _field(default, Rule(f"a whole number from {least} to {most}", check, int))


def flag(*, default: bool) -> Any:  # noqa: ANN401  a dataclass field
    """A setting that is true or false."""

    def check(value: object) -> bool:
        if not isinstance(value, bool):
            raise ValueError("neither true nor false")  # noqa: TRY004  one error for all wrong values
        return value

    def read(text: str) -> object:
        return True if text.lower() in _TRUE else False if text.lower() in _FALSE else text

    return _field(default, Rule("true or false", check, read))


def text(default: str, valid: str, check: Callable[[str], None]) -> Any:  # noqa: ANN401  a dataclass field
    """A setting that is text which `check` doesn't refuse with a ValueError."""

    def checked(value: object) -> str:
        if not isinstance(value, str):
            raise ValueError("not text")  # noqa: TRY004  one error for all wrong values
        check(value)
        return value

    return _field(default, Rule(valid, checked, str))


def choice(default: str, *others: str) -> Any:  # noqa: ANN401  a dataclass field
    """A setting that is one of a few words."""
    words = (default, *others)

    def check(value: str) -> None:
        if value not in words:
            raise ValueError("unknown")

    return text(default, " or ".join(words), check)


def _field(default: object, rule: Rule) -> Any:  # noqa: ANN401  a dataclass field
    return dataclasses.field(default=default, metadata={"rule": rule})
