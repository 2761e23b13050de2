"""``phases``: names of the author's choice -> phases with their roles, in an order that makes sense."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from lab import units
from lab.drillfile.condition import TRIGGER_END
from lab.drillfile.model import Step
from lab.drillfile.phase import ROLES, Phase, PhaseRole, role_of
from lab.drillfile.source import Value
from lab.drillfile.values import Reader
from lab.units import near, quote, suggest

RESERVED = frozenset({"done", TRIGGER_END})
"""What no phase can be called: the journal's word for the last one's end, and a moment that `since` can name."""

LONGEST_NAME, LONGEST_CLOCK = 32, 24
MOST = 100

NAME_PATTERN = "[A-Za-z0-9](?:[A-Za-z0-9 ._:+-]*[A-Za-z0-9])?"
_NAME = re.compile(NAME_PATTERN, re.ASCII)
_NEEDS_TRIGGER: tuple[PhaseRole, ...] = ("aftermath", "retrigger")


@dataclass(frozen=True, slots=True)
class Moments:
    """What a condition's window can name: a drill's phases, and besides them their roles and its steps."""

    phases: tuple[Phase, ...] = ()
    steps: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """What ``during`` takes."""
        return tuple(phase.name for phase in self.phases)

    @property
    def all(self) -> tuple[str, ...]:
        """What ``since`` takes."""
        roles = (role for role in ROLES if any(phase.role == role for phase in self.phases))
        return (*self.names, *roles, *self.steps, TRIGGER_END)


def moments(phases: Sequence[Phase], steps: Sequence[Step]) -> Moments:
    """The moments of a drill that has these phases and steps."""
    return Moments(tuple(phases), tuple(step.name for step in steps if step.name))


def read_phases(reader: Reader, value: Value | None) -> tuple[Phase, ...]:
    """The phases in the order of the file, each longer than nothing."""
    if value is None:
        return ()
    found = reader.mapping(value)
    if len(found) > MOST:
        reader.fail(value, f"a drill has at most {MOST} phases; these are {len(found)}")
    phases = tuple(_phase(reader, name, part) for name, part in found.items())
    _check_order(reader, value, phases)
    return phases


def read_phase_name(reader: Reader, value: Value, phases: Collection[Phase], noun: str) -> str:
    """The name of one of these phases; where a role is named, the error says which phases have it."""
    names = [phase.name for phase in phases]
    word = reader.text(value)
    if not word or word in names:
        return word
    having = [phase.name for phase in phases if phase.role == word]
    if having:
        which = " or ".join(f"`{name}`" for name in having)
        reader.fail(value, f"{quote(word)} is a role, not a phase; the phase with it is {which}")
    else:
        reader.fail(value, f"unknown {noun} {quote(word)}{suggest(word, names)}")
    return word


def _phase(reader: Reader, name: str, part: Value) -> Phase:
    _check_name(reader, name, part)
    if not isinstance(part.content, dict):
        return Phase(name=name, planned_s=_bare(reader, name, part), role=role_of(name))
    found = reader.keys(part, required=("for",), optional=("role", "clock"))
    planned_s = reader.quantity(found["for"], units.DURATION_S, above_zero=True) if "for" in found else 1.0
    role = _role(reader, name, found["role"]) if "role" in found else role_of(name)
    return Phase(name=name, planned_s=planned_s, role=role, clock=_clock(reader, found.get("clock")))


def _bare(reader: Reader, name: str, part: Value) -> float:
    """How long a phase lasts that is written without braces: a role's own name, or it was misspelt."""
    if role_of(name) is None:
        meant = f"; did you mean `{found[0]}`?" if (found := near(name, ROLES)) else ";"
        reader.fail(
            part, f"unknown phase{meant} A name of your own is written `{{for: 10 s, role: {ROLES[1]}}}`"
        )
        return 1.0
    return reader.quantity(part, units.DURATION_S, above_zero=True)


def _check_name(reader: Reader, name: str, part: Value) -> None:
    if name in RESERVED:
        reader.fail(part, f"{quote(name)} is a word of the lab's own; call the phase something else")
    elif len(name) > LONGEST_NAME or _NAME.fullmatch(name) is None:
        what = f"at most {LONGEST_NAME} letters, digits, spaces and . _ : + - between them"
        reader.fail(part, f"a phase's name is {what}; {quote(name)} is not")


def _role(reader: Reader, name: str, value: Value) -> PhaseRole | None:
    word = reader.choice(value, ROLES, "role of a phase")
    if word and role_of(name) not in {None, word}:
        reader.fail(value, f"a phase called `{name}` has the role {name}; give this one another name")
    return role_of(word)


def _clock(reader: Reader, value: Value | None) -> str | None:
    """A wall clock's text; quoted in the file, since YAML reads some times as numbers."""
    if value is None:
        return None
    text = reader.name(value)
    if len(text) > LONGEST_CLOCK:
        reader.fail(value, f'a clock is at most {LONGEST_CLOCK} characters, like "7:30 PST"')
    return text


def _check_order(reader: Reader, value: Value, phases: Sequence[Phase]) -> None:
    """The baseline first, and in one piece; nothing that is about a trigger before one."""
    roles = [phase.role for phase in phases]
    if "baseline" not in roles:
        reader.fail(value, f"key is missing: `baseline`{_first(phases)}")
        return
    first = next((i for i, role in enumerate(roles) if role != "baseline"), len(roles))
    if first == 0 or "baseline" in roles[first:]:
        reader.fail(value, "the baseline comes first: what is compared with it is changed only after it")
    for role in _NEEDS_TRIGGER:
        if role in roles and "trigger" not in roles[: roles.index(role)]:
            name = phases[roles.index(role)].name
            reader.fail(value, f"`{name}` has the role {role}, and no phase before it has the role trigger")
    if "retrigger" in roles and "trigger" in roles[roles.index("retrigger") :]:
        reader.fail(value, "a retrigger applies the trigger once more; every trigger comes before it")


def _first(phases: Sequence[Phase]) -> str:
    """What to write where no phase is the baseline."""
    return (
        f"; or give the first phase that role: `{phases[0].name}: {{for: 10 s, role: baseline}}`"
        if phases
        else ""
    )
