"""A customer: a named open-loop arrival process, and what each of its arrivals does.

    arrival -> session = step [-> pause -> step ...]     independent requests: sessions of one step

As JSON (a setting of the control port, see docs/reference/drill-file.md for what a drill writes)::

    {"name": "streaming", "target": "edge", "rate_rps": 40, "slo_s": 2, "give_up_s": 5,
     "steps": [{"name": "play", "path": "/streaming", "pause_s": 0}], "persistent": false}
"""

import dataclasses
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loadgen.settings_error import SettingsError

ALL = ""
"""The name of the one customer of a load that names none."""
MOST_CUSTOMERS = 20
MOST_STEPS = 50
RATE_RPS = (0.1, 10_000.0)
"""Sessions per second in all, least and most."""
LEAST_RPS = 0.001
"""Of one customer: a small share of a small rate."""
GIVE_UP_S = (0.1, 60.0)
SLO_S = (0.001, 60.0)
PAUSE_S = (0.0, 60.0)

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_NAME = 32
_PATH = re.compile(r"/[A-Za-z0-9._~/%-]*")


@dataclass(frozen=True, slots=True)
class SessionStep:
    """One request of a session.

    Args:
        name: Under which its figures are counted; steps of the same name are counted together.
        path: What is asked for; blank: the path that the load was started with.
        pause_s: How long the session waits before it.
    """

    name: str
    path: str = ""
    pause_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Customer:
    """A named arrival process.

    Args:
        name: Of the customer; `ALL` where the load names none.
        rate_rps: Sessions that begin per second, over all users and workers.
        target: A name in TARGETS; blank: the host that the load was started with.
        give_up_s: A session is given up so long after its intended start, its pauses not counted.
        slo_s: A session is good within this time after its intended start, its pauses not counted.
        steps: Its requests, one after another.
        persistent: The session opens a connection of its own and fails when it is lost; else connections are pooled.
    """

    name: str
    rate_rps: float
    target: str = ""
    give_up_s: float = 5.0
    slo_s: float = 2.0
    steps: tuple[SessionStep, ...] = (SessionStep("request"),)
    persistent: bool = False

    @property
    def pauses_s(self) -> float:
        """How long a session waits by its own will."""
        return sum(step.pause_s for step in self.steps)

    @property
    def lasts_s(self) -> float:
        """The longest that a session may take, from its intended start."""
        return self.give_up_s + self.pauses_s

    def as_json(self) -> dict[str, Any]:
        """As a setting."""
        return {**dataclasses.asdict(self), "steps": [dataclasses.asdict(step) for step in self.steps]}


def read_customers(value: object) -> tuple[Customer, ...]:
    """The setting `customers`.

    Raises:
        SettingsError: with the customer and the key that is wrong.
    """
    items = _items(value, "customers", MOST_CUSTOMERS)
    customers = tuple(_customer(item) for item in items)
    names = [customer.name for customer in customers]
    for name in names:
        if names.count(name) > 1:
            raise SettingsError(
                f"customers: the name {name!r} is used twice", "customers", name, "a name once"
            )
    if customers:
        number(sum(customer.rate_rps for customer in customers), "customers: the rates in all", *RATE_RPS)
    return customers


def _customer(value: object) -> Customer:
    what = "customers"
    given = _mapping(value, what, [field.name for field in dataclasses.fields(Customer)])
    name = given.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        valid = f"small letters, digits and single hyphens, at most {_LONGEST_NAME}"
        raise SettingsError(f"customers: {name!r} is not a name", what, name, valid)
    what = f"customer {name}"
    target = given.get("target", "")
    if not isinstance(target, str):
        raise SettingsError(f"{what}: target={target!r} is not text", "target", target, "a name in TARGETS")
    persistent = given.get("persistent", False)
    if not isinstance(persistent, bool):
        raise SettingsError(
            f"{what}: persistent={persistent!r} is not true or false", "persistent", persistent, "bool"
        )
    return Customer(
        name=name,
        rate_rps=number(given.get("rate_rps"), f"{what}: rate_rps", LEAST_RPS, RATE_RPS[1]),
        target=target,
        give_up_s=number(given.get("give_up_s", 5.0), f"{what}: give_up_s", *GIVE_UP_S),
        slo_s=number(given.get("slo_s", 2.0), f"{what}: slo_s", *SLO_S),
        steps=tuple(_step(step, what) for step in _items(given.get("steps"), f"{what}: steps", MOST_STEPS)),
        persistent=persistent,
    )


def _step(value: object, whose: str) -> SessionStep:
    given = _mapping(value, f"{whose}: steps", [field.name for field in dataclasses.fields(SessionStep)])
    name, path = given.get("name"), given.get("path")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise SettingsError(
            f"{whose}: step {name!r} has no name", "steps", name, "small letters, digits, hyphens"
        )
    if not isinstance(path, str) or not _PATH.fullmatch(path) or path.startswith("//"):
        raise SettingsError(f"{whose}: step {name}: {path!r} is not a path", "steps", path, "like /play")
    return SessionStep(
        name, path, number(given.get("pause_s", 0.0), f"{whose}: step {name}: pause_s", *PAUSE_S)
    )


def number(value: object, what: str, least: float, most: float) -> float:
    """A number within bounds, as a setting has it.

    Raises:
        SettingsError: it is none, or out of bounds.
    """
    fits = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not fits or not least <= float(value) <= most:  # type: ignore[arg-type]
        raise SettingsError(
            f"{what}={value!r} is not from {least:g} to {most:g}", what, value, f"{least:g} to {most:g}"
        )
    return float(value)  # type: ignore[arg-type]


def _items(value: object, what: str, most: int) -> Sequence[object]:
    if not isinstance(value, list | tuple) or len(value) > most or (not value and what != "customers"):
        raise SettingsError(f"{what} is not a list of 1 to {most}", what, value, f"a list of 1 to {most}")
    return value


def _mapping(value: object, what: str, valid: Sequence[str]) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise SettingsError(f"{what}: {value!r} is not an object", what, value, list(valid))
    for key in value:
        if key not in valid:
            raise SettingsError(f"{what}: unknown key {key!r}", str(key), value[key], list(valid))
    return value
