"""From when to when a fault hit every connection, when its effect is looked for."""

from types import SimpleNamespace
from typing import Any

import pytest

from lab.analysis.checks.effect import hit_span_of
from lab.analysis.timeline.row import ActionSpan, PhaseSpan
from lab.drillfile import load_drill
from tests.checkout import ROOT

PHASES = (
    PhaseSpan("baseline", 15.0, 3.0),
    PhaseSpan("trigger", 10.0, 18.0),
    PhaseSpan("aftermath", 14.0, 32.5),
)


def seen(name: str, applied_s: float | None, reverted_s: float | None) -> tuple[float, float]:
    """Of a run of `thundering-herd`, 40 s after its beginning."""
    drill = load_drill(ROOT / "drills" / "thundering-herd.yaml").runs[0]
    timeline: Any = SimpleNamespace(drill=drill, phases=PHASES, now_s=40.0)
    span = ActionSpan(
        "06", "fault", name, "black-hole", "bridge", {}, "x", "runner",
        applied_s=applied_s, reverted_s=reverted_s,
    )  # fmt: skip
    return hit_span_of(timeline, span)


@pytest.mark.parametrize(
    ("name", "applied_s", "reverted_s", "span"),
    [
        ("outage", 18.3, 28.0, (18.3, 28.0)),
        ("outage", 18.3, 32.5, (18.3, 28.0)),  # 5,000 connections were cut one by one, for 4.5 s
        ("outage", 18.3, 20.0, (18.3, 20.0)),  # undone by a person
        ("outage", 18.3, None, (18.3, 28.0)),
        ("outage", 29.0, 32.5, (29.0, 29.0)),
        ("a-persons", 18.3, 32.5, (18.3, 32.5)),  # no step of the drill: nothing planned its end
        ("a-persons", None, None, (40.0, 40.0)),
    ],
)
def test_a_fault_of_a_phase_is_over_with_its_phase(
    name: str, applied_s: float | None, reverted_s: float | None, span: tuple[float, float]
) -> None:
    """What comes until it is taken off the last connection is its end, not its effect."""
    assert seen(name, applied_s, reverted_s) == span
