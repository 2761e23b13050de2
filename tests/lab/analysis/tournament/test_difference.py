"""Two runs side by side: changed, not changed, or unclear."""

import random

import pytest

from lab.analysis.tournament import compare_runs
from lab.analysis.tournament.blocks import half_width
from lab.analysis.tournament.difference import Differences
from lab.analysis.tournament.figure_change import FigureChange
from lab.journal.events import (
    ActionChanged,
    CalibrationMeasured,
    CohortClosed,
    Event,
    HostSample,
    PhaseEntered,
    RunOpened,
)
from tests.lab.analysis.tournament.conftest import Change as Edit
from tests.lab.analysis.tournament.conftest import judged

MITIGATED_S = 38


def noisy(seed: int, *, good: float = 1.0) -> Edit:
    """Arrivals and answers scatter as in a real run; ``good``: kept of the answers after the mitigation."""
    chance = random.Random(seed)  # noqa: S311 - test data
    drawn = [chance.gauss(1.0, 0.1) for _ in range(200)]

    def change(event: Event) -> Event:
        if not isinstance(event, CohortClosed):
            return event
        offered = round(event.requests * drawn[event.second])
        kept = good if event.second >= MITIGATED_S else 1.0
        answered = min(offered, round(event.good * drawn[event.second] * kept))
        tried = None if event.attempts is None else round(event.attempts * drawn[event.second])
        return event.model_copy(
            update={"requests": offered, "sent": offered, "good": answered, "attempts": tried,
                    "failed": {"timeout": offered - answered}, "latency": {"61": answered} if answered else {}}
        )  # fmt: skip

    return change


def of(found: Differences, figure: str) -> FigureChange:
    """A figure by its name."""
    return next(change for change in found.changes if change.figure == figure)


@pytest.mark.slow
def test_two_runs_of_the_same_have_not_changed(golden: list[Event]) -> None:
    """Other arrivals, the same storm: no figure is called changed, and those of many seconds are sure of it."""
    found = compare_runs([judged(golden, noisy(1))], [judged(golden, noisy(2))])
    assert found.unlike == ()
    assert "changed" not in {change.word for change in found.changes}
    assert of(found, "goodput lost").word == "not changed"
    assert of(found, "amplification since the trigger").word == "not changed"


@pytest.mark.slow
def test_a_real_change_is_seen_and_the_rest_is_not_blamed(golden: list[Event]) -> None:
    """A third fewer answers once the storm is over: more goodput lost, the same amplification."""
    found = compare_runs([judged(golden, noisy(1))], [judged(golden, noisy(2, good=0.66))])
    assert found.unlike == ()
    lost = of(found, "goodput lost")
    assert (lost.word, of(found, "amplification since the trigger").word) == ("changed", "not changed")
    assert lost.low is not None
    assert lost.low > 0
    assert of(found, "back in service").word == "changed"


@pytest.mark.slow
def test_one_figure_a_run_can_not_be_told_from_two_runs(golden: list[Event]) -> None:
    """A time to recover is one number: its spread is unknown, however different the two are."""
    found = compare_runs([judged(golden)], [judged(golden)])
    assert of(found, "time to recover").word == "unclear"
    assert "two runs on each side" in of(found, "time to recover").because


@pytest.mark.slow
def test_an_invalid_run_is_compared_with_none(golden: list[Event]) -> None:
    """Every figure: unclear, and why."""

    def starved(event: Event) -> Event:
        stolen = {"steal_s_total": 0.2 * event.t}
        return event.model_copy(update=stolen) if isinstance(event, HostSample) else event

    found = compare_runs([judged(golden)], [judged(golden, starved)])
    assert {change.word for change in found.changes} == {"unclear"}
    assert "B (retry-storm, seed 7) is inconclusive: steal" in found.unlike[0]


def other_rate(event: Event) -> Event:
    """Asked for twice as much."""
    if isinstance(event, RunOpened):
        drill = {**event.drill, "load": {**event.drill["load"], "rate_rps": 200.0}}
        return event.model_copy(update={"drill": drill})
    return event


def other_runtime(event: Event) -> Event:
    """Ran in containers."""
    return event.model_copy(update={"runtime": "compose"}) if isinstance(event, RunOpened) else event


def other_headroom(event: Event) -> Event:
    """Twice the bridge for the same load, and asked for so."""
    if isinstance(event, RunOpened):
        return event.model_copy(
            update={"drill": {**event.drill, "bridge": {"headroom": 3.0, "queue_s": 3.4}}}
        )
    if isinstance(event, CalibrationMeasured):
        return event.model_copy(update={"capacity_rps": 300.0, "asked_rps": 300.0})
    return event


@pytest.mark.parametrize(
    ("change", "why"),
    [(other_rate, "rate"), (other_runtime, "runtimes"), (other_headroom, "headroom"), (other_headroom, "capacity")],
)  # fmt: skip
@pytest.mark.slow
def test_unlike_labs_are_not_compared(golden: list[Event], change: Edit, why: str) -> None:
    """Another rate, runtime, headroom or capacity is another lab: unclear, and why."""
    found = compare_runs([judged(golden)], [judged(golden, change)])
    assert {one.word for one in found.changes} == {"unclear"}
    assert any(why in reason for reason in found.unlike)


def unclosed(event: Event) -> Event:
    """Its trigger's end emptied the queue: it counts, and whether it was stuck is not known."""
    if isinstance(event, ActionChanged) and event.kind == "fault" and event.state == "reverted":
        return event.model_copy(update={"rebuilt_listener": True})
    return event


@pytest.mark.slow
def test_an_outcome_that_is_not_known_of_every_run_is_not_told(golden: list[Event]) -> None:
    """Those that are left would flatter; an inconclusive run that counts has not failed."""
    known = [judged(golden), judged(golden)]
    found = compare_runs(known, [judged(golden), judged(golden, unclosed)])
    assert found.unlike == ()
    assert {of(found, name).word for name in ("verdict pass", "stuck", "back in service")} == {"unclear"}
    assert "missing in some runs" in of(found, "stuck").because
    assert of(compare_runs(known[:1], [judged(golden, unclosed)]), "verdict pass").b is None


@pytest.mark.slow
def test_a_longer_run_is_held_against_as_much_of_it_as_the_other_has(golden: list[Event]) -> None:
    """Without the ten good seconds at its end the same storm: A and B are of the seconds that both have."""
    ended = [event for event in golden if not (isinstance(event, PhaseEntered) and event.phase == "done")]
    cut = [
        event.model_copy(update={"phase": "done", "planned_s": 0.0})
        if isinstance(event, PhaseEntered) and event.phase == "recovery"
        else event
        for event in ended
    ]
    found = compare_runs([judged(golden)], [judged(cut)])
    lost = of(found, "goodput lost")
    assert (found.unlike, found.seconds) == ((), 54)
    assert (lost.a, lost.difference) == (lost.b, 0.0)


@pytest.mark.slow
def test_groups_are_compared_run_by_run(golden: list[Event]) -> None:
    """Three against three, with recovery among what can be told; a single one against three can't."""
    a = [judged(golden, noisy(seed)) for seed in (1, 2, 3)]
    b = [judged(golden, noisy(seed)) for seed in (4, 5, 6)]
    found = compare_runs(a, b)
    assert of(found, "goodput lost").word == "not changed"
    assert of(found, "stuck").a == "3 of 3"
    assert of(compare_runs(a[:1], b), "goodput lost").word == "unclear"


@pytest.mark.slow
def test_blocks_are_honest_about_seconds_that_hang_together() -> None:
    """Over many made-up series of 60 s with a memory, the interval misses the truth in about 5 %, not in 30 %."""
    chance, missed, tries = random.Random(3), 0, 120  # noqa: S311 - a simulation
    for _ in range(tries):
        level, seconds = 0.0, []
        for _ in range(60):
            level = 0.5 * level + chance.gauss(0, 1)
            seconds.append(level)
        half = half_width(seconds, lambda drawn: sum(drawn) / len(drawn))
        assert half is not None
        missed += abs(sum(seconds) / len(seconds)) > half
    assert missed <= 0.05 * tries + 2.3 * (0.05 * 0.95 * tries) ** 0.5


@pytest.mark.slow
def test_too_few_seconds_say_nothing() -> None:
    """Under four blocks there is no spread to be seen."""
    assert half_width([1.0] * 19, sum) is None
    assert half_width([1.0] * 25, lambda drawn: sum(drawn) / len(drawn)) == 0.0


def test_nothing_to_compare_is_refused() -> None:
    """With a word on what to give."""
    with pytest.raises(ValueError, match="at least one run on each side"):
        compare_runs([], [])
