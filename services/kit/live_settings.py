"""Live settings: one frozen dataclass, swapped whole.

    @dataclass(frozen=True)
    class Settings(DataSettings):
        workers: int = whole(64, least=1, most=100_000)

The environment variable in capitals gives the start value; PATCH /settings changes it while running.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from services.kit.env import Environment, process_environment
from services.kit.rules import Rule, flag, number


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
class DataSettings:
    """What every data port has: a share answered 503 at once; whether abandoned requests are cancelled."""

    fail_share: float = number(0.0, least=0, most=1)
    cancel_abandoned: bool = flag(default=False)

    def check(self, changes: Mapping[str, object]) -> None:
        """Whether changes that are right one by one make sense with what is active: here all do.

        Raises:
            SettingsError: they don't; says why, and what would.
        """

    def fits(self, environment: Environment) -> None:
        """Whether what they name is there, such as a device or a client: nothing is named here.

        Raises:
            SettingsError: it isn't; says why, and what would be.
        """


S = TypeVar("S", bound=DataSettings)


class Live(Generic[S]):
    """The active settings. `now` is read at each use; a change swaps it whole and notifies the listeners.

    `environment` says what a setting can name.
    """

    def __init__(self, start: S, environment: Environment | None = None) -> None:
        self.now = start
        self._environment = process_environment() if environment is None else environment
        self._listeners: list[Callable[[S], None]] = []

    def listen(self, listener: Callable[[S], None]) -> None:
        """Call `listener` with the settings now and after each change."""
        self._listeners.append(listener)
        listener(self.now)

    def change(self, changes: Mapping[str, object]) -> S:
        """Swap in the changes, all of them or (SettingsError) none.

        A listener that raises leaves the settings as they were, and those that had already taken the new ones are
        given the old ones again: what is read back is what is active, since read-back is the lab's proof.

        Raises:
            SettingsError: a change is not valid.
            Exception: whatever a listener raised.
        """
        before, self.now = self.now, _changed(self.now, changes, self._environment)
        for heard, listener in enumerate(self._listeners, 1):
            try:
                listener(self.now)
            except Exception:
                self.now = before
                for took in self._listeners[:heard]:
                    took(before)
                raise
        return self.now


def from_environment(kind: type[S], environment: Environment) -> S:
    """The start values: each setting's environment variable in capitals, or its default."""
    given: dict[str, object] = {}
    for name, rule in _rules(kind).items():
        written = environment.get(name.upper())
        if written is not None:
            try:
                given[name] = rule.read(written)
            except ValueError:
                given[name] = written
    return _changed(kind(), given, environment)


def _rules(kind: type[DataSettings]) -> dict[str, Rule]:
    return {field.name: field.metadata["rule"] for field in dataclasses.fields(kind)}


def _changed(now: S, changes: Mapping[str, object], environment: Environment) -> S:
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
    now.check(checked)
    changed = dataclasses.replace(now, **checked)
    changed.fits(environment)
    return changed
