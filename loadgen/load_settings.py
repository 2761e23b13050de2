"""The load's live settings: one frozen dataclass, swapped whole."""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class SettingsError(ValueError):
    """A setting that doesn't exist or a value it can't have; `as_json` is the answer of the control port."""

    def __init__(self, why: str, key: str, value: object, valid: object) -> None:
        super().__init__(why)
        self.as_json = {"error": why, "key": key, "value": value, "valid": valid}


@dataclass(frozen=True)
class Settings:
    """What the load does.

    Args:
        running: Whether arrivals start; false lets those in flight end.
        seed: Of the schedule; another one starts the schedule anew.
        rate_rps: Requests per second, over all users and workers.
        surge: A factor on the rate.
        ramp_s: A change of rate or surge takes so long, in a straight line from what was in force; 0: at once.
        give_up_s: A request is given up so long after its intended start.
        slo_s: A correct answer is good within this time after the intended start.
        streaming_share: The share of requests for the second client, at /streaming.
    """

    running: bool = True
    seed: int = 1
    rate_rps: float = 100.0
    surge: float = 1.0
    ramp_s: float = 0.0
    give_up_s: float = 5.0
    slo_s: float = 2.0
    streaming_share: float = 0.0

    def __post_init__(self) -> None:
        for key in _RANGES:
            object.__setattr__(self, key, _checked(key, getattr(self, key)))

    def change(self, changes: Mapping[str, object]) -> "Settings":
        """The settings with these changes; raises SettingsError."""
        for key, value in changes.items():
            if key not in _RANGES:
                raise SettingsError(f"unknown setting {key!r}", key, value, sorted(_RANGES))
        return dataclasses.replace(self, **{key: _checked(key, value) for key, value in changes.items()})

    @property
    def asked_rps(self) -> float:
        """Rate times surge: what a ramp leads to."""
        return self.rate_rps * self.surge

    @property
    def concurrency(self) -> int:
        """Connections that an open loop may need: 2 x rate x give-up time."""
        return max(10, math.ceil(2 * self.asked_rps * self.give_up_s))


_RANGES: dict[str, tuple[type, float, float]] = {
    "running": (bool, 0, 1),
    "seed": (int, 0, 2**63 - 1),
    "rate_rps": (float, 0.1, 10_000),
    "surge": (float, 0.01, 100),
    "ramp_s": (float, 0, 3600),
    "give_up_s": (float, 0.1, 60),
    "slo_s": (float, 0.001, 60),
    "streaming_share": (float, 0, 1),
}


def _checked(key: str, value: object) -> Any:  # noqa: ANN401  bool, int or float, by key
    kind, least, most = _RANGES[key]
    valid = "true or false" if kind is bool else f"{kind.__name__} from {least:g} to {most:g}"
    given = float if kind is float and type(value) is int else type(value)
    if given is kind and isinstance(value, int | float) and least <= value <= most:
        return kind(value)  # type: ignore[call-arg]
    raise SettingsError(f"{key}={value!r} is not {valid}", key, value, valid)
