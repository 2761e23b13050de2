"""What a plane knew in a second. Tests lab.analysis.system.eye_second."""

import math

import pytest

from lab.analysis.planes.truth import grown
from lab.analysis.system import EyeSecond, eye_second
from lab.analysis.timeline.timeline import Timeline
from lab.journal.plane_events import PlaneSample
from tests.lab.analysis.system.test_system_second import Counting
from tests.lab.analysis.two_planes import RATE, Sight, Watch


def eye(run: Timeline, plane: str, second: int) -> EyeSecond:
    """What there must be to be known."""
    told = eye_second(run, plane, second)
    assert told is not None
    return told


@pytest.mark.slow
def test_a_plane_that_sees_knows_what_is_true() -> None:
    """In health and in the storm, with the targets that it scraped lately."""
    run = Watch().timeline()
    calm, storm = eye(run, "ops", 27), eye(run, "ops", 45)
    assert [calm.goodput_rps, calm.amplification] == pytest.approx([RATE, 1])
    assert [storm.goodput_rps, storm.amplification] == pytest.approx([0, 4])
    assert (calm.stale, storm.stale) == (False, False)
    assert calm.up == storm.up == ("edge", "storefront")
    assert calm.newest_age_s == pytest.approx(0.2)


def test_a_plane_in_the_dark_knows_nothing_fresh() -> None:
    """While its scrapes fail it is stale, and no target is up; the other plane is not."""
    run = Watch(planes={"shared": Sight(dark=((35.0, 60.0),)), "ops": Sight()}).timeline()
    dark = eye(run, "shared", 50)
    assert (dark.goodput_rps, dark.stale, dark.up) == (None, True, ())
    assert eye(run, "ops", 50).stale is False
    assert eye(run, "shared", 75).up == ("edge", "storefront")


def test_an_answer_with_an_error_is_none() -> None:
    """Whatever value came with it."""
    run = Watch(planes={"shared": Sight(error={45: "timeout"}, says={45: 30.0})}).timeline()
    assert (eye(run, "shared", 45).goodput_rps, eye(run, "shared", 45).stale) == (None, True)


def test_what_a_plane_was_not_asked_it_is_not_shown_to_know() -> None:
    """A second without a question; no such plane; a plane that was not set up."""
    run = Watch(planes={"shared": Sight(unasked=(45,))}).timeline()
    assert eye_second(run, "shared", 45) is None
    assert eye_second(run, "ops", 46) is None
    run.planes["shared"].configured = None
    assert eye_second(run, "shared", 46) is None


@pytest.mark.slow
def test_which_targets_were_up_is_known_when_the_run_is_over() -> None:
    """Before the plane reported its scrapes: null. A target of which it could not is not known to be up."""
    run = Watch().timeline()
    run.planes["ops"].scraped.clear()
    assert eye(run, "ops", 45).up is None
    some = Watch(planes={"ops": Sight(scrape_errors={"edge": None})}).timeline()
    assert eye(some, "ops", 45).up == ("storefront",)


@pytest.mark.parametrize(
    ("good", "bad_share", "offered"), [(20.0, 0.8, 100.0), (100.0, 0.0, 100.0), (0.0, 1.0, None)]
)
def test_what_was_offered_follows_from_good_and_bad_answers(
    good: float, bad_share: float, offered: float | None
) -> None:
    """20/s that are a fifth of all; where all are bad, it can't be said."""
    run = Watch(planes={"ops": Sight(says={45: good})}).timeline()
    asked = run.planes["ops"].asked["goodput"][45].model_dump()
    sample = PlaneSample.model_validate(asked | {"query": "error_ratio", "value": bad_share})
    run.planes["ops"].asked["error_ratio"] = {45: sample}
    told = eye(run, "ops", 45)
    assert (told.offered_rps, told.error_ratio) == (pytest.approx(offered) if offered else None, bad_share)


def test_a_second_whose_truth_is_missing_is_no_walk_over_the_run() -> None:
    """Whether edge had counted anything before is found by bisection."""
    run = Watch(deaf=(40.0, 50.0)).timeline()
    samples = run.services["edge"] = Counting(run.services["edge"])
    assert eye(run, "ops", 46).stale is None
    assert 0 < samples.visited < len(samples)


@pytest.mark.slow
def test_the_truth_before_anything_was_counted_is_nothing() -> None:
    """A window may begin before the run, but not where counts are missing later."""
    run = Watch(starts_s=20.0, deaf=(40.0, 50.0)).timeline()
    assert grown(run, "edge", "requests", -3.0, 15.0) == pytest.approx(0)
    assert grown(run, "edge", "requests", 43.0, 46.0) is None
    assert grown(run, "none", "requests", 43.0, 46.0) is None
    assert math.isclose(grown(run, "edge", "requests", 25.0, 26.0) or 0, RATE, rel_tol=0.01)
