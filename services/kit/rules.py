"""What a setting may be: a dataclass field with a rule that checks a value and reads it from text."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off", ""})


@dataclass(frozen=True)
class Rule:
    """What a setting may be.

    Args:
        valid: In words.
        check: The value as it is kept; raises ValueError.
        read: Text from the environment -> value to be checked.
        shape: What kind of value it is, for whoever reads it from elsewhere (a drill file).
        least: The smallest number; None: it is no number.
        most: The largest number.
        words: Words that it may be: the only ones of a text, beside the numbers of a number.
        names: What a text names, such as a policy or a device; empty: nothing in particular.
    """

    valid: str
    check: Callable[[object], object]
    read: Callable[[str], object]
    shape: Literal["number", "whole", "flag", "text"] = "text"
    least: float | None = None
    most: float | None = None
    words: tuple[str, ...] = ()
    names: str = ""


def number(default: float, least: float, most: float) -> Any:  # noqa: ANN401  a dataclass field
    """A setting that is a number between `least` and `most`."""

    def check(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError("not a number")  # noqa: TRY004  one error for all wrong values
        if not least <= value <= most:
            raise ValueError("out of range")
        return float(value)

    return _field(default, Rule(f"a number from {least:g} to {most:g}", check, float, "number", least, most))


def whole(default: int, least: int, most: int) -> Any:  # noqa: ANN401  a dataclass field
    """A setting that is a whole number between `least` and `most`."""

    def check(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError("not a whole number")  # noqa: TRY004  one error for all wrong values
        if not least <= value <= most:
            raise ValueError("out of range")
        return value

    return _field(default, Rule(f"a whole number from {least} to {most}", check, int, "whole", least, most))


def flag(*, default: bool) -> Any:  # noqa: ANN401  a dataclass field
    """A setting that is true or false."""

    def check(value: object) -> bool:
        if not isinstance(value, bool):
            raise ValueError("neither true nor false")  # noqa: TRY004  one error for all wrong values
        return value

    def read(text: str) -> object:
        return True if text.lower() in _TRUE else False if text.lower() in _FALSE else text

    return _field(default, Rule("true or false", check, read, "flag"))


def text(default: str, valid: str, check: Callable[[str], None], names: str = "") -> Any:  # noqa: ANN401  a dataclass field
    """A setting that is text which `check` doesn't refuse with a ValueError; `names` is what it names, if anything."""

    def checked(value: object) -> str:
        if not isinstance(value, str):
            raise ValueError("not text")  # noqa: TRY004  one error for all wrong values
        check(value)
        return value

    return _field(default, Rule(valid, checked, str, names=names))


def choice(default: str, *others: str) -> Any:  # noqa: ANN401  a dataclass field
    """A setting that is one of a few words."""
    words = (default, *others)

    def check(value: str) -> None:
        if value not in words:
            raise ValueError("unknown")

    rule: Rule = text(default, " or ".join(words), check).metadata["rule"]
    return _field(default, dataclasses.replace(rule, words=words))


def _field(default: object, rule: Rule) -> Any:  # noqa: ANN401  a dataclass field
    return dataclasses.field(default=default, metadata={"rule": rule})
