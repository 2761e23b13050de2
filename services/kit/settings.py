"""Live settings: one frozen dataclass, swapped whole.

    @dataclass(frozen=True)
    class Settings(DataSettings):
        workers: int = whole(64, least=1, most=100_000)

The environment variable in capitals gives the start value; PATCH /settings changes it while running.
"""

import dataclasses
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off", ""})


class SettingsError(ValueError):
    """A setting that doesn't exist or a value it can't have.

    Args:
        why: What is wrong, for a person.
        key: The setting.
        value: What was asked for.
        valid: The valid settings, or what the value may be.
    """

    def __init__(self, why: str, key: str, value: object, valid: object) -> None:
        super().__init__(why)
        self.as_json = {"error": why, "key": key, "value": value, "valid": valid}


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
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise ValueError("not a number")
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


@dataclass(frozen=True)
class DataSettings:
    """What every data port has: a share answered 503 at once; whether abandoned requests are cancelled."""

    fail_share: float = number(0.0, least=0, most=1)
    cancel_abandoned: bool = flag(default=False)


S = TypeVar("S", bound=DataSettings)


class Live(Generic[S]):
    """The settings in force. `now` is read at each use; a change swaps it whole and tells the listeners."""

    def __init__(self, start: S) -> None:
        self.now = start
        self._listeners: list[Callable[[S], None]] = []

    def listen(self, listener: Callable[[S], None]) -> None:
        """Call `listener` with the settings now and after each change."""
        self._listeners.append(listener)
        listener(self.now)

    def change(self, changes: Mapping[str, object]) -> S:
        """Swap in the changes, all of them or (SettingsError) none."""
        self.now = _changed(self.now, changes)
        for listener in self._listeners:
            listener(self.now)
        return self.now


def from_environment(kind: type[S], environment: Mapping[str, str]) -> S:
    """The start values: each setting's environment variable in capitals, or its default."""
    given: dict[str, object] = {}
    for name, rule in _rules(kind).items():
        written = environment.get(name.upper())
        if written is not None:
            try:
                given[name] = rule.read(written)
            except ValueError:
                given[name] = written
    return _changed(kind(), given)


def _rules(kind: type[DataSettings]) -> dict[str, Rule]:
    return {field.name: field.metadata["rule"] for field in dataclasses.fields(kind)}


def _changed(now: S, changes: Mapping[str, object]) -> S:
    rules = _rules(type(now))
    checked: dict[str, Any] = {}
    for key, value in changes.items():
        rule = rules.get(key)
        if rule is None:
            raise SettingsError(f"unknown setting {key!r}", key, value, sorted(rules))
        try:
            checked[key] = rule.check(value)
        except ValueError as error:
            why = f"{key}={value!r}: {error}; valid: {rule.valid}"
            raise SettingsError(why, key, value, rule.valid) from error
    return dataclasses.replace(now, **checked)
