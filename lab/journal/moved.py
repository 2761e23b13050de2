"""An event of one run's clock on another's: generic, because each event class declares its fields of that kind."""

from functools import cache
from typing import Any, get_args

from lab.journal.entry import OnRunClock
from lab.journal.events import Event


def moved(event: Event, late_s: int) -> Event | None:
    """The event as a run has it whose zero is ``late_s`` s later; None: it is about a time before that.

    ``t`` is left: the writer of a journal stamps it.
    """
    changed: dict[str, Any] = {}
    for name, mark in fields_on_run_clock(type(event)).items():
        value = getattr(event, name)
        if value is None:
            continue
        changed[name] = _earlier(value, late_s)
        if mark.decides and changed[name] < 0:
            return None
    return event.model_copy(update=changed) if changed else event


@cache
def fields_on_run_clock(kind: type[Event]) -> dict[str, OnRunClock]:
    """The fields of an event class that are seconds of the run's clock."""
    found = {}
    for name, field in kind.model_fields.items():
        marks = [*field.metadata, *(mark for part in get_args(field.annotation) for mark in get_args(part))]
        for mark in marks:
            if isinstance(mark, OnRunClock):
                found[name] = mark
    return found


def _earlier(value: Any, late_s: int) -> Any:  # noqa: ANN401  a number, several, or by second
    match value:
        case tuple():
            return tuple(one - late_s for one in value)
        case dict():
            return {str(int(second) - late_s): one for second, one in value.items()}
        case _:
            return value - late_s
