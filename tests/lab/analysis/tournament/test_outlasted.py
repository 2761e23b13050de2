"""A storm outlasts its trigger, or the mitigation: what is asked of a fix is asked at the end of its run."""

import pytest

from lab.analysis import Timeline, judge
from lab.analysis.tournament import Cell, cell_of
from lab.drillfile import Drill
from tests.lab.analysis.conftest import Storm

BAD = {"trigger": 0.0, "aftermath": 0.0, "mitigation": 0.0, "recovery": 0.0}


def cell(storm: Storm) -> Cell:
    """The storm as a cell."""
    timeline = Timeline.fold(storm.events())
    return cell_of(timeline, judge(timeline), contestant="x", trigger="latency")


@pytest.mark.slow
def test_a_fix_that_works_ends_a_storm_that_was_stuck(storm: Storm) -> None:
    """Stuck before, not at the end."""
    found = cell(storm)
    assert (found.stuck, found.outlasted) == (True, False)


@pytest.mark.slow
def test_a_fix_that_does_nothing_is_outlasted(drill: Drill) -> None:
    """No one served to the end."""
    found = cell(Storm(drill, good=BAD, recovers_in="nowhere"))
    assert (found.stuck, found.outlasted) == (True, True)


@pytest.mark.slow
def test_a_fix_whose_effect_does_not_stay_is_outlasted(drill: Drill) -> None:
    """Service was back while the fix was there, and gone with it."""
    found = cell(Storm(drill, good=BAD | {"mitigation": 1.0}, recovers_in="nowhere"))
    assert found.time_to_recover_s is not None
    assert (found.stuck, found.outlasted) == (True, True)


@pytest.mark.slow
def test_without_a_fix_it_is_the_trigger_that_is_outlasted_or_not(guarded: Drill) -> None:
    """The same as stuck, in either case."""
    over = cell(Storm(guarded, good={"trigger": 0.0}, recovers_in="aftermath", recovers_s=1.0))
    assert (over.stuck, over.outlasted) == (False, False)
    stuck = cell(Storm(guarded, good=BAD, recovers_in="nowhere"))
    assert (stuck.stuck, stuck.outlasted) == (True, True)


@pytest.mark.slow
def test_a_truncated_run_is_undetermined(drill: Drill) -> None:
    """Less than 10 s after the mitigation: no one knows."""
    storm = Storm(drill, good=BAD, recovers_in="nowhere")
    storm.until_s = storm.spans()["mitigation"][0] + 6
    assert cell(storm).outlasted is None
