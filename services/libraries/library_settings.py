"""The settings of a service that may make its calls with a real library."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.client import ClientSettings
from services.kit.live_settings import DataSettings, SettingsError
from services.kit.rules import Rule, text
from services.libraries.client_libraries import LAB, check_installed, names

DEFAULT = "default"
OWN = frozenset(field.name for field in dataclasses.fields(ClientSettings)) - frozenset(
    field.name for field in dataclasses.fields(DataSettings)
)
"""Settings that are for the lab's own client."""

_SHORTEST_S, _LONGEST_S = 0.001, 3600.0


def _timeout() -> Any:  # noqa: ANN401  a dataclass field
    """A setting that is a number of seconds, or "default": what the library has when nothing is said."""

    def check(value: object) -> float | str:
        if value == DEFAULT:
            return DEFAULT
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError("neither a number nor 'default'")  # noqa: TRY004  one error for all wrong values
        if not _SHORTEST_S <= value <= _LONGEST_S:
            raise ValueError("out of range")
        return float(value)

    def read(written: str) -> float | str:
        return DEFAULT if written == DEFAULT else float(written)

    valid = f"{DEFAULT!r} (the library's own) or seconds from {_SHORTEST_S:g} to {_LONGEST_S:g}"
    rule = Rule(valid, check, read, "number", _SHORTEST_S, _LONGEST_S, (DEFAULT,))
    return dataclasses.field(default=DEFAULT, metadata={"rule": rule})


@dataclass(frozen=True)
class LibrarySettings:
    """Who makes the calls, and the timeout that a library gets (seconds). `lab` has its own settings."""

    library: str = text(LAB, ", ".join(names()), check_installed, "library")
    library_timeout_s: float | str = _timeout()


@dataclass(frozen=True)
class SwitchableClientSettings(ClientSettings, LibrarySettings):
    """A data port and a client, or a real library in its place."""

    def check(self, changes: Mapping[str, object]) -> None:
        """Refuse what is for the lab's own client while a library makes the calls: it would do nothing.

        Not together with `library`: who configures or rolls back sets all of it at once, in whichever direction.

        Raises:
            SettingsError: names the setting and the library.
        """
        idle = sorted(OWN & changes.keys())
        if self.library != LAB and idle and "library" not in changes:
            why = f"{', '.join(idle)}: for the lab's own client, and here {self.library} makes the calls"
            valid = f"only with library={LAB!r}"
            raise SettingsError(f"{why}; valid: {valid}", idle[0], changes[idle[0]], valid)
