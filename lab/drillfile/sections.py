"""The sections of a drill file that are neither method nor configuration; each knows its default."""

from collections.abc import Iterable, Mapping

from lab import units
from lab.drillfile.condition import Condition
from lab.drillfile.condition_context import ABORT_IF, EXPECT, STEADY_STATE
from lab.drillfile.conditions import read_condition
from lab.drillfile.model import VERSION, Bridge, Expectation, SteadyState
from lab.drillfile.named_settings import is_role
from lab.drillfile.read_phases import Moments
from lab.drillfile.registries import Known
from lab.drillfile.source import Value
from lab.drillfile.values import Reader


def check_version(reader: Reader, value: Value | None) -> None:
    """Refuse a file that is written for another lab."""
    version = reader.integer(value, least=1) if value else VERSION
    if value and version != VERSION:
        reader.fail(value, f"this lab reads version {VERSION} of drill files; this is {version}")


def read_text(reader: Reader, value: Value | None) -> str:
    """A text, empty where there is none."""
    return reader.text(value) if value else ""


def read_names(reader: Reader, value: Value | None) -> tuple[str, ...]:
    """A list of names, like ``tags``."""
    return tuple(reader.name(item) for item in reader.items(value)) if value else ()


def _seconds(reader: Reader, found: Mapping[str, Value], key: str, default: float) -> float:
    return reader.quantity(found[key], units.DURATION_S, above_zero=True) if key in found else default


def read_bridge(reader: Reader, value: Value | None) -> Bridge:
    """Capacity and queue of the bridge."""
    if value is None:
        return Bridge(headroom=1.0)
    found = reader.keys(value, required=("headroom",), optional=("queue",))
    headroom = reader.number(found["headroom"], 0, 100) if "headroom" in found else 1.0
    return Bridge(headroom=headroom, queue_s=_seconds(reader, found, "queue", 3.4))


def read_monitoring(reader: Reader, value: Value | None, using: Known) -> str | None:
    """How the shared plane sees main; None: no plane watches."""
    if value is None:
        return None
    return (
        reader.text(value) if using.modes is None else reader.choice(value, using.modes, "way of monitoring")
    )


def read_steady_state(
    reader: Reader, value: Value | None, moments: Moments, using: Known
) -> SteadyState | None:
    """What must hold in the baseline; its probes are about that phase."""
    if value is None:
        return None
    found = reader.keys(value, required=("title", "probes"))
    items = reader.items(found["probes"]) if "probes" in found else ()
    probes = tuple(read_condition(reader, item, STEADY_STATE, moments, using) for item in items)
    return SteadyState.model_construct(title=read_text(reader, found.get("title")), probes=probes)


def read_expect(
    reader: Reader, value: Value | None, moments: Moments, using: Known, *, watched: bool
) -> tuple[Expectation, ...]:
    """Named conditions, at least one; about a monitoring plane only where one watches."""
    if value is None:
        return ()
    items = reader.items(value)
    expected = tuple(_expectation(reader, item, moments, using) for item in items)
    if not items and not value.content:
        reader.fail(value, "a drill expects something; write at least one condition")
    reader.unique(value, zip(items, (expectation.name for expectation in expected), strict=True))
    for item, expectation in zip(items, expected, strict=True):
        if not watched and expectation.condition.plane is not None:
            what = f"`{expectation.condition.metric}` is about a monitoring plane"
            reader.fail(item, f"{what}, but no plane watches: write `monitoring: same-listener`")
        _check_holds(reader, item, expectation, expected, moments)
    return expected


def _check_holds(
    reader: Reader, item: Value, asked: Expectation, expected: Iterable[Expectation], moments: Moments
) -> None:
    """A problem where a fix can't be asked whether it holds: no second trigger, or no bound."""
    if asked.condition.metric != "holds":
        return
    if all(phase.role != "retrigger" for phase in moments.phases):
        reader.fail(
            item,
            "`holds` needs a phase where the trigger comes again: `again: {for: 10 s, role: retrigger}`",
        )
    bounds = [
        e for e in expected if e.condition.metric == "time_to_recover" and e.condition.op in {"<", "<="}
    ]
    if asked.condition.within_s is None and not bounds:
        reader.fail(
            item, "how fast it must be back is missing: `within: 20 s`, or an expectation of time_to_recover"
        )


def _expectation(reader: Reader, value: Value, moments: Moments, using: Known) -> Expectation:
    named = value.content.get("name") if isinstance(value.content, dict) else None
    name = reader.name(named) if named else ""
    return Expectation.model_construct(
        name=name, condition=read_condition(reader, value, EXPECT, moments, using)
    )


def read_conditions(
    reader: Reader, value: Value | None, moments: Moments, using: Known
) -> tuple[Condition, ...]:
    """Conditions without names, as under ``abort-if``."""
    return (
        tuple(read_condition(reader, item, ABORT_IF, moments, using) for item in reader.items(value))
        if value
        else ()
    )


def read_blast_radius(reader: Reader, value: Value | None, using: Known) -> tuple[str, ...]:
    """The services that may be hurt."""
    if value is None:
        return ()
    names = tuple((item, reader.name(item)) for item in reader.items(value))
    reader.unique(value, names)
    return tuple(name for item, name in names if name and is_role(reader, item, name, using))
