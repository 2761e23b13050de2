"""Whether what the lab says about the planes is valid, and faults that are aimed at them."""

import pytest

from lab.analysis.checks.fault_effect import check_fault_effect
from lab.analysis.checks.planes import check_planes
from lab.analysis.checks.restarts import check_restarts
from lab.analysis.checks.truth import check_truth
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.blast import find_affected
from lab.analysis.verdict.figures import make_figures
from lab.analysis.verdict.verdict import Finding
from lab.drillfile import Drill
from tests.lab.analysis.two_planes import Sight, Watch


def found(watch: Watch) -> dict[str, Finding]:
    """Findings by name."""
    return {finding.name: finding for finding in check_planes(watch.timeline())}


def ops(**more: object) -> Watch:
    """A run that one plane watches."""
    return Watch({"ops": Sight(**more)})  # type: ignore[arg-type]


def test_planes_that_were_asked_each_second_can_be_judged() -> None:
    """All is well for both, and on-call was heard."""
    findings = found(Watch())
    assert len(findings) == 7
    assert {finding.ok for finding in findings.values()} == {True}
    assert findings["plane ops asked"].measured == 100.0
    assert findings["plane shared version"].measured == "2.42.0"


@pytest.mark.slow
def test_a_probe_that_missed_makes_a_run_invalid() -> None:
    """One second of 60 may be missing; two are more than 2 %. An error is an answer of the plane, no miss."""
    assert found(ops(unasked=(40,)))["plane ops asked"].ok is True
    assert found(ops(unasked=(40, 50)))["plane ops asked"].ok is False
    assert found(ops(down=((30.0, 70.0),)))["plane ops asked"].ok is True


def test_a_plane_that_scrapes_nothing_is_no_plane() -> None:
    """An empty list of targets is a broken configuration."""
    assert found(ops(configured={"targets": ()}))["plane ops targets"].ok is False


@pytest.mark.slow
def test_an_old_prometheus_is_refused_and_an_unknown_one_not_believed() -> None:
    """The rules need 2.42; a version that can't be read is not measured."""
    for version, ok in (
        ("2.41.1", False),
        ("1.99.0", False),
        ("2.42.0", True),
        ("v3.0.1", True),
        (None, None),
        ("master", None),
    ):
        assert found(ops(configured={"version": version}))["plane ops version"].ok is ok


def test_pages_need_an_on_call_that_tells() -> None:
    """A receiver that was never heard: no page would mean nothing."""
    assert found(Watch(untold=("oncall",)))["pages received"].ok is None


@pytest.mark.slow
def test_a_drill_that_asks_for_planes_and_had_none_is_not_measured(drill: Drill) -> None:
    """Nothing to say where no one watches by design; a doubt where someone should have."""
    assert found(Watch({}, drill=drill)) == {}
    assert check_planes(Timeline()) == []
    watched = drill.with_overrides(monitoring="same-listener")
    assert found(Watch({}, drill=watched))["monitoring planes"].ok is None


@pytest.mark.slow
def test_a_plane_that_is_killed_by_the_drill_upsets_no_check() -> None:
    """It bit, since no query was answered; nothing restarted that was not meant to; truth goes on beside it."""
    watch = Watch({"shared": Sight(down=((40.0, 50.0),)), "ops": Sight()})
    watch.act("kill", "prometheus-shared", 40.0, 50.0)
    watch.exited("prometheus-shared", 40.5, planned=False)
    timeline = watch.timeline()
    assert [finding.ok for finding in check_fault_effect(timeline)] == [True]
    assert [finding.ok for finding in check_restarts(timeline)] == [True]
    assert check_truth(timeline)[0].measured == check_truth(Watch().timeline())[0].measured
    assert find_affected(timeline) == {"prometheus-shared": "kill"}


@pytest.mark.slow
def test_a_pause_of_a_plane_that_goes_on_answering_did_not_bite() -> None:
    """The target answered: the fault was not there. Where nothing was asked and nothing ended, no one knows."""
    watch = Watch()
    watch.act("pause", "prometheus-ops", 40.0, 50.0)
    assert [finding.ok for finding in check_fault_effect(watch.timeline())] == [False]
    silent = Watch()
    silent.act("pause", "alertmanager-ops", 40.0, 50.0)
    assert [finding.ok for finding in check_fault_effect(silent.timeline())] == [None]


@pytest.mark.slow
def test_the_verdict_has_the_planes_figures() -> None:
    """What was scored stands under its plane's name."""
    figures = make_figures(Watch().timeline())
    assert {plane: score.stale_s for plane, score in figures.monitoring.items()} == {"ops": 0, "shared": 0}


def test_a_plane_that_dies_by_itself_is_damage() -> None:
    """No one killed it: an unplanned exit, and hurt outside of any blast radius."""
    watch = Watch()
    watch.exited("prometheus-shared", 45.0, planned=False)
    timeline = watch.timeline()
    assert [finding.ok for finding in check_restarts(timeline)] == [False]
    assert find_affected(timeline)["prometheus-shared"] == "exited"
