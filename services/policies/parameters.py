"""Parameters of policies: text with a unit -> number within a range."""

import math
import random
import re
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

from services.policies.policy import Policy
from services.policies.policy_error import PolicyError, unknown

Unit = Literal["count", "share", "duration", "rate", "factor"]

_NUMBER = r"([0-9]+(?:\.[0-9]+)?)"
# Form, what the number is divided by for each suffix, an example. Not multiplied by 0.01: 70 * 0.01 is more than 0.7.
_FORMS: dict[Unit, tuple[re.Pattern[str], Mapping[str, int], str]] = {
    "count": (re.compile(r"([0-9]+)()"), {"": 1}, "a whole number such as 3"),
    "share": (re.compile(_NUMBER + r"\s*(%?)"), {"": 1, "%": 100}, "a share such as 10% or 0.1"),
    "duration": (
        re.compile(_NUMBER + r"\s*(ms|s)"),
        {"ms": 1000, "s": 1},
        "a duration such as 100 ms or 5 s",
    ),
    "factor": (re.compile(_NUMBER + "()"), {"": 1}, "a number such as 2 or 1.6"),
    "rate": (re.compile(_NUMBER + r"\s*(/\s*s)"), {"/s": 1}, "a rate such as 1/s"),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a policy.

    Args:
        unit: What the text must look like.
        default: The value where none is named.
        least: The smallest valid value.
        most: The largest valid value.
        looser: Which way a guard lets more through (`services.policies.loosened`); None: neither.
    """

    unit: Unit
    default: float
    least: float
    most: float
    looser: Literal["more", "less"] | None = None

    def read(self, name: str, text: str) -> float:
        """The number that `text` means: a count, a share of 1, seconds, a rate per second, or a plain factor."""
        pattern, divisors, form = _FORMS[self.unit]
        match = pattern.fullmatch(text.strip())
        if match is None:
            raise PolicyError(f"{name}={text.strip()!r} is not {form}")
        value = float(match[1]) / divisors["".join(match[2].split())]
        if not math.isfinite(value) or not self.least <= value <= self.most:
            raise PolicyError(
                f"{name}={text.strip()!r} is out of range: {self.show(self.least)} to {self.show(self.most)}"
            )
        return value

    def show(self, value: float) -> str:
        """A value as a person writes it."""
        if self.unit == "share":
            return f"{value * 100:g}%"
        if self.unit == "duration":
            return f"{value * 1000:g} ms" if 0 < value < 1 else f"{value:g} s"
        return f"{value:g}/s" if self.unit == "rate" else f"{value:g}"


@dataclass(frozen=True, slots=True)
class Values:
    """The values of all parameters of one layer.

    Args:
        parameters: Those that there are.
        given: The value of each, written or default.
        written: Those that someone wrote.
    """

    parameters: Mapping[str, Parameter]
    given: Mapping[str, float]
    written: AbstractSet[str]

    def show(self, key: str) -> str:
        """A value as a person writes it."""
        return self.parameters[key].show(self.given[key])

    def tell(self, key: str) -> str:
        """``key=value``, and whether that is only the default."""
        return f"{key}={self.show(key)}" + ("" if key in self.written else " (the default)")


Check = Callable[[Values], str | None]
"""What is wrong with the values together, and what is valid; None: nothing."""


def in_order(low: str, high: str) -> Check:
    """The check that `low` is at most `high`."""

    def check(values: Values) -> str | None:
        if values.given[low] <= values.given[high]:
            return None
        return (
            f"{values.tell(low)} is more than {values.tell(high)}; "
            f"valid: {low} up to {values.show(high)}, or {high} from {values.show(low)}"
        )

    return check


@dataclass(frozen=True, slots=True)
class PolicySpec:
    """A policy that can be named.

    Args:
        name: Its name, kebab-case.
        role: A schedule says when to try again; a guard says whether an attempt may be made at all.
        parameters: Its parameters by name.
        build: Parameters by name and a source of chance -> the policy.
        refuses: Whether it can refuse an attempt (under its name): every guard, and a schedule with a quota.
        checks: What its parameters must be together.
    """

    name: str
    role: Literal["schedule", "guard"]
    parameters: Mapping[str, Parameter]
    build: Callable[[Mapping[str, float], random.Random], Policy]
    refuses: bool = False
    checks: tuple[Check, ...] = ()

    def __post_init__(self) -> None:
        """A guard is there to refuse."""
        if self.role == "guard":
            object.__setattr__(self, "refuses", True)


def read_parameters(
    of: str, parameters: Mapping[str, Parameter], text: str, checks: Iterable[Check] = ()
) -> dict[str, float]:
    """The values of all parameters: those of ``key=value, ...``, and the defaults of the others.

    Args:
        of: What they belong to, for the message.
        parameters: Those that there are.
        text: What stands between the brackets; blank: nothing is given.
        checks: What the values must be together.

    Raises:
        PolicyError: A key is unknown or given twice, a value is wrong, or some can't be together; says what is valid.
    """
    given = {name: parameter.default for name, parameter in parameters.items()}
    written: set[str] = set()
    for item in text.split(",") if text.strip() else ():
        key, equals, value = item.partition("=")
        key = key.strip()
        if not equals:
            raise PolicyError(f"{of}: {item.strip()!r} is not of the form key=value")
        if key not in parameters:
            raise unknown(f"parameter of {of}", key, parameters)
        if key in written:
            raise PolicyError(f"{of}: {key!r} is given twice")
        written.add(key)
        given[key] = parameters[key].read(f"{of}: {key}", value)
    values = Values(parameters, given, written)
    for check in checks:
        if (wrong := check(values)) is not None:
            raise PolicyError(f"{of}: {wrong}")
    return given
