"""What a condition came to, and how it is said."""

from dataclasses import dataclass

from lab.analysis.verdict.words import NOT_MEASURED, show_for
from lab.drillfile.condition import Condition


@dataclass(frozen=True, slots=True)
class Decision:
    """What a condition came to. ``met`` None: not measured; ``because`` is for people."""

    measured: float | None
    met: bool | None
    because: str


def decide(condition: Condition, measured: float | None, where: str) -> Decision:
    """Hold a measured value against a condition."""
    if measured is None:
        return Decision(None, None, f"{condition.metric} was {NOT_MEASURED} ({where})")
    return Decision(measured, condition.holds(measured), f"{show_for(condition, measured)} {where}")


def between(span: range) -> str:
    """The seconds of a window, for people."""
    return f"from {span.start} s to {span.stop} s" if len(span) else "no such seconds"
