"""The load's live settings: one frozen dataclass, swapped whole."""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from loadgen.customer import ALL, GIVE_UP_S, RATE_RPS, SLO_S, Customer, read_customers
from loadgen.settings_error import SettingsError

CUSTOMERS = "customers"
TARGET = "target"
SURGE = "surge"
RAMP_S = "ramp_s"
_OF = "."
"""Stands between a setting and the customer that it is of: `surge.streaming`."""


@dataclass(frozen=True)
class Settings:
    """What the load does.

    On the control port, the surge and the ramp of one customer are settings of their own, `surge.NAME` and
    `ramp_s.NAME`, so that those of two customers can be changed and undone independently.

    Args:
        running: Whether arrivals start; false lets those in flight end.
        seed: Of the schedules; another one starts each anew.
        rate_rps: Sessions per second in all, over all users and workers; with customers the sum of their rates.
        surge: A factor on the rate, of all customers.
        ramp_s: A change of rate or surge takes so long, in a straight line from what was active; 0: at once.
        give_up_s: A request is given up so long after its intended start; customers have their own.
        slo_s: A correct answer is good within this time after the intended start; customers have their own.
        target: A name in TARGETS; blank: the host that the load was started with; customers have their own.
        customers: Named arrival processes; empty: one without a name, of the settings above.
        surges: Factors of single customers, on top of `surge`.
        ramps_s: How long a change of a single customer's surge takes.
    """

    running: bool = True
    seed: int = 1
    rate_rps: float = 100.0
    surge: float = 1.0
    ramp_s: float = 0.0
    give_up_s: float = 5.0
    slo_s: float = 2.0
    target: str = ""
    customers: tuple[Customer, ...] = ()
    surges: Mapping[str, float] = dataclasses.field(default_factory=dict)
    ramps_s: Mapping[str, float] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        for key in _RANGES:
            object.__setattr__(self, key, _checked(key, key, getattr(self, key)))

    def change(self, changes: Mapping[str, object]) -> "Settings":
        """The settings with these changes; raises SettingsError."""
        customers = read_customers(changes[CUSTOMERS]) if CUSTOMERS in changes else self.customers
        surges, ramps_s = ({}, {}) if CUSTOMERS in changes else (dict(self.surges), dict(self.ramps_s))
        names, plain = {customer.name for customer in customers}, dict[str, Any]()
        for key, value in changes.items():
            base, of, name = key.partition(_OF)
            if of and base in {SURGE, RAMP_S} and name in names:
                (surges if base == SURGE else ramps_s)[name] = _checked(base, key, value)
            elif key in _RANGES:
                plain[key] = _checked(key, key, value)
            elif key == TARGET and isinstance(value, str):
                plain[key] = value
            elif key != CUSTOMERS:
                raise SettingsError(f"unknown setting {key!r}", key, value, _valid(names))
        if customers:
            if "rate_rps" in plain and CUSTOMERS not in changes:
                why = "the rate is that of the customers together; change `customers`"
                raise SettingsError(why, "rate_rps", plain["rate_rps"], self.rate_rps)
            plain["rate_rps"] = sum(customer.rate_rps for customer in customers)
        return dataclasses.replace(self, **plain, customers=customers, surges=surges, ramps_s=ramps_s)

    @property
    def processes(self) -> tuple[Customer, ...]:
        """The arrival processes: the customers, or one without a name."""
        return self.customers or (
            Customer(ALL, self.rate_rps, self.target, give_up_s=self.give_up_s, slo_s=self.slo_s),
        )

    def asked_of(self, customer: Customer) -> float:
        """A customer's rate times both surges: what a ramp leads to."""
        return customer.rate_rps * self.surge * self.surges.get(customer.name, 1.0)

    def ramp_of(self, name: str, changed: Mapping[str, object]) -> float | None:
        """How long the change of these settings takes for a customer, in s; None: it is not concerned."""
        if {f"{SURGE}{_OF}{name}", f"{RAMP_S}{_OF}{name}"} & changed.keys():
            return self.ramps_s.get(name, 0.0)
        if {"rate_rps", SURGE, RAMP_S, CUSTOMERS} & changed.keys():
            return self.ramp_s
        return None

    @property
    def asked_rps(self) -> float:
        """Rate times surge in all: what a ramp leads to."""
        return sum(self.asked_of(customer) for customer in self.processes)

    @property
    def patience_s(self) -> float:
        """The longest that a session may take, from its intended start."""
        return max(customer.lasts_s for customer in self.processes)

    @property
    def concurrency(self) -> int:
        """Connections that an open loop may need: 2 x rate x how long a session may take."""
        open_at_once = sum(self.asked_of(customer) * customer.lasts_s for customer in self.processes)
        return max(10, math.ceil(2 * open_at_once))

    def as_json(self) -> dict[str, Any]:
        """As the control port answers: flat, but for the list of customers."""
        plain = {key: getattr(self, key) for key in _RANGES}
        names = [customer.name for customer in self.customers]
        return {
            **plain,
            TARGET: self.target,
            CUSTOMERS: [customer.as_json() for customer in self.customers],
            **{f"{SURGE}{_OF}{name}": self.surges.get(name, 1.0) for name in names},
            **{f"{RAMP_S}{_OF}{name}": self.ramps_s.get(name, 0.0) for name in names},
        }


_RANGES: dict[str, tuple[type, float, float]] = {
    "running": (bool, 0, 1),
    "seed": (int, 0, 2**63 - 1),
    "rate_rps": (float, *RATE_RPS),
    SURGE: (float, 0.01, 100),
    RAMP_S: (float, 0, 3600),
    "give_up_s": (float, *GIVE_UP_S),
    "slo_s": (float, *SLO_S),
}


def _valid(names: set[str]) -> list[str]:
    """Every key there is."""
    own = {f"{key}{_OF}{name}" for key in (SURGE, RAMP_S) for name in names}
    return sorted({*_RANGES, CUSTOMERS, TARGET, *own})


def _checked(kind_of: str, key: str, value: object) -> Any:  # noqa: ANN401  bool, int or float, by key
    kind, least, most = _RANGES[kind_of]
    valid = "true or false" if kind is bool else f"{kind.__name__} from {least:g} to {most:g}"
    given = float if kind is float and type(value) is int else type(value)
    if given is kind and isinstance(value, int | float) and least <= value <= most:
        return kind(value)  # type: ignore[call-arg]
    raise SettingsError(f"{key}={value!r} is not {valid}", key, value, valid)
