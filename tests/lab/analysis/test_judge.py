"""Verdicts: what a run comes to, from its events alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from chaos.faults.kill import Kill
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.judge import judge
from lab.analysis.verdict.verdict import Verdict, exit_code
from lab.journal import read
from lab.journal.events import (
    ActionChanged,
    CheckDecided,
    CohortClosed,
    Event,
    RunClosed,
    ServiceChanged,
    ServiceSample,
)
from tests.lab.analysis.test_golden import ADDED

if TYPE_CHECKING:
    from collections.abc import Collection

    from lab.drillfile import Drill
    from tests.lab.analysis.conftest import Storm

DATA = Path(__file__).parents[2] / "data"


def decide(events: list[Event]) -> tuple[Verdict, int]:
    """The verdict and the exit code of a journal."""
    timeline = Timeline.fold(events)
    verdict = judge(timeline)
    return verdict, exit_code(verdict, timeline.closed)


@pytest.mark.slow
def test_a_storm_that_was_ended_passes(storm: Storm) -> None:
    """Stuck from the trigger to the mitigation, then back: what retry-storm expects."""
    verdict, code = decide(storm.events())
    assert (verdict.verdict, verdict.reasons, code) == ("pass", (), 0)
    m = verdict.metrics
    assert (m.stuck, m.stuck_s, m.amplification_peak, m.attempts_rps_peak) == (True, 15.0, 4.0, 400.0)
    assert (m.goodput_baseline_rps, m.goodput_trigger_rps, m.goodput_after_trigger_rps) == (100, 0, 0)
    assert (m.time_to_recover_s, m.censored_at_s) == (6.75, None)
    assert {e.name: e.met for e in verdict.expectations} == {
        "retries amplify": True,
        "stuck": True,
        "recovers": True,
        "blast radius": True,
    }


@pytest.mark.slow
def test_a_storm_that_ended_by_itself_fails_the_drill(storm: Storm) -> None:
    """Recovered before the mitigation: not stuck, so the drill's claim is wrong."""
    storm.recovers_in, storm.recovers_s = "aftermath", 3.0
    verdict, code = decide(storm.events())
    assert (verdict.verdict, code) == ("fail", 1)
    assert verdict.metrics.stuck is False
    assert verdict.metrics.stuck_s == pytest.approx(2, abs=1)
    assert [e.name for e in verdict.expectations if not e.met] == ["retries amplify", "stuck"]


@pytest.mark.slow
def test_guarded_clients_recover_by_themselves(storm: Storm, guarded: Drill) -> None:
    """Without a mitigation recovery counts from the trigger's end."""
    storm.drill, storm.tries = guarded, {"trigger": 1.1, "aftermath": 1.0}
    storm.recovers_in, storm.recovers_s = "aftermath", 4.0
    verdict, code = decide(storm.events())
    assert (verdict.verdict, code) == ("pass", 0)
    assert verdict.metrics.mitigation_s is None
    assert verdict.metrics.time_to_recover_s == pytest.approx(4.75)


@pytest.mark.slow
def test_never_back_is_a_failure_with_the_time_watched(storm: Storm) -> None:
    """Not recovered is null, with how long it was watched; the limit was missed, so the drill fails."""
    storm.recovers_in, storm.good["recovery"] = "never", 0.0
    verdict, code = decide(storm.events())
    assert (verdict.verdict, code) == ("fail", 1)
    assert verdict.metrics.time_to_recover_s is None
    assert verdict.metrics.censored_at_s == pytest.approx(39.75)


@pytest.mark.slow
def test_perhaps_back_at_the_end_is_inconclusive(storm: Storm) -> None:
    """Good again within the limit, but the 10 s that must follow were not watched."""
    storm.recovers_in, storm.recovers_s, storm.good["recovery"] = "mitigation", 28.0, 0.0
    verdict, code = decide(storm.events())
    assert (verdict.verdict, code) == ("inconclusive", 2)
    assert any("ended too soon to know" in reason for reason in verdict.reasons)


@pytest.mark.slow
def test_lost_samples_make_it_inconclusive(storm: Storm) -> None:
    """A run whose instrument did not see is invalid, however good the figures look."""
    kept = storm.events(
        lambda event: (
            not (
                isinstance(event, ServiceSample)
                and event.service == "edge"
                and event.requests_total % 400 == 0
            )
        )
    )
    verdict, code = decide(kept)
    assert (verdict.verdict, code) == ("inconclusive", 2)
    assert any(reason.startswith("truth samples") and "edge" in reason for reason in verdict.reasons)


@pytest.mark.slow
def test_what_drains_from_the_queue_is_no_recovery(storm: Storm) -> None:
    """Stuck is judged from trigger end + queue + timeout on: what is answered in between is the trigger's own."""
    events = [
        event.model_copy(update={"good": 100})
        if isinstance(event, CohortClosed) and event.source == "load" and event.second in range(23, 27)
        else event
        for event in storm.events()
    ]
    assert decide(events)[0].metrics.stuck is True


@pytest.mark.slow
def test_a_check_without_a_measurement_is_inconclusive(storm: Storm) -> None:
    """An instrument that did not tell is not an instrument that said yes."""
    events = [
        event.model_copy(update={"lag_p99_ms": None}) if event.type == "load.sample" else event
        for event in storm.events()
    ]
    verdict, code = decide(events)
    assert (verdict.verdict, code) == ("inconclusive", 2)
    assert verdict.reasons[0].startswith("load's lag p99: not measured")


@pytest.mark.slow
def test_a_missing_cohort_makes_stuck_unknown(storm: Storm) -> None:
    """Not every second measured: stuck is null, never true by luck."""
    events = storm.events(lambda event: not (event.type == "cohort.closed" and event.second == 30))
    verdict, _ = decide(events)
    assert verdict.metrics.stuck is None
    assert verdict.verdict == "inconclusive"


@pytest.mark.slow
def test_an_interrupted_run_is_inconclusive_130(storm: Storm) -> None:
    """What was seen is judged as far as it goes; nothing is invented about the rest."""
    storm.outcome, storm.until_s = "interrupted", 30.0
    verdict, code = decide(storm.events())
    assert (verdict.verdict, verdict.outcome, code) == ("inconclusive", "interrupted", 130)
    assert len(verdict.reasons) == 1
    assert verdict.metrics.goodput_baseline_rps == 100
    assert verdict.metrics.stuck is None


@pytest.mark.slow
def test_an_aborted_run_is_inconclusive_with_its_reason(storm: Storm) -> None:
    """Whoever ended it finds their own words; the outcome isn't said twice."""
    storm.outcome, storm.reason, storm.until_s = "aborted", "aborted by the user: too hot", 30.0
    verdict, code = decide(storm.events())
    assert (verdict.verdict, verdict.outcome, code) == ("inconclusive", "aborted", 2)
    assert verdict.reasons == ("aborted by the user: too hot",)


@pytest.mark.parametrize("outcome", ["completed", "interrupted", "broken"])
@pytest.mark.slow
def test_a_rollback_that_was_not_clean_outranks_all(storm: Storm, outcome: str) -> None:
    """Exit 5, and the verdict names what was left."""
    storm.outcome, storm.clean = outcome, False
    verdict, code = decide(storm.events())
    assert (verdict.verdict, code) == ("inconclusive", 5)
    assert verdict.reasons[0] == "not rolled back: slow-bridge"


@pytest.mark.slow
def test_a_journal_without_an_end_is_a_broken_lab(storm: Storm) -> None:
    """After a kill -9 there is no run.closed: exit 5."""
    verdict, code = decide(storm.events(lambda event: event.type != "run.closed"))
    assert (verdict.verdict, verdict.outcome, code) == ("inconclusive", "truncated", 5)
    assert "interrupted: the journal has no end" in verdict.reasons[0]


@pytest.mark.parametrize("outcome", ["completed", "broken"])
@pytest.mark.slow
def test_a_service_that_died_is_named_whatever_came_of_it(storm: Storm, outcome: str) -> None:
    """A step that was refused, say: the reason behind that reason is told as well, and it is never a pass."""
    storm.outcome = outcome
    storm.at(20.0, ServiceChanged(service="bridge", state="exited", exit_code=-9, planned=False))
    verdict, code = decide(storm.events())
    assert (verdict.verdict, code) == ("inconclusive", 2 if outcome == "completed" else 5)
    assert any("bridge" in reason for reason in verdict.reasons)


@pytest.mark.slow
def test_an_unsteady_baseline_is_inconclusive(storm: Storm) -> None:
    """Nothing was applied: the run says which probe was not met, and exits with 2."""
    storm.outcome, storm.until_s = "not-started", 13.25
    storm.at(
        13.21,
        CheckDecided(
            name="goodput",
            role="steady-state",
            condition=">= 98 %",
            measured=0.5,
            met=False,
            because="50 % of offered",
        ),
    )
    verdict, code = decide(storm.events(lambda event: event.type != "action.changed"))
    assert (verdict.verdict, code) == ("inconclusive", 2)
    assert "steady state not met: goodput: 50 % of offered" in verdict.reasons


@pytest.mark.parametrize(
    ("reason", "word"),
    [("bridge never got healthy", "inconclusive"), ("unsupported: needs pause", "unsupported")],
)
def test_a_lab_that_did_not_start_exits_4(storm: Storm, reason: str, word: str) -> None:
    """Not set up, or unsupported: both are 4."""
    opened = storm.events()[0]
    closed = RunClosed(seq=1, t=1.0, outcome="not-started", reason=reason, clean=True)
    verdict, code = decide([opened, closed])
    assert (verdict.verdict, code) == (word, 4)


@pytest.mark.slow
def test_a_rebuilt_listener_proves_nothing(storm: Storm) -> None:
    """The trigger's end emptied the queue: stuck and recovery are null, the verdict is inconclusive."""
    events = [
        event.model_copy(update={"rebuilt_listener": True})
        if isinstance(event, ActionChanged) and event.state == "reverted" and event.name == "slow-bridge"
        else event
        for event in storm.events()
    ]
    verdict, code = decide(events)
    assert (verdict.verdict, code) == ("inconclusive", 2)
    assert (verdict.metrics.stuck, verdict.metrics.time_to_recover_s) == (None, None)


@pytest.mark.slow
def test_a_killed_service_that_is_not_the_device_is_judged(storm: Storm) -> None:
    """Auth was killed and came back with a listener of its own: the device's queue was never emptied."""
    killed = Kill(target="auth")
    facts = {"fault": "kill", "target": "auth", "params": {}, "traits": killed.traits()}
    events = [
        event.model_copy(update=facts | {"rebuilt_listener": event.state == "reverted"})
        if isinstance(event, ActionChanged) and event.name == "slow-bridge"
        else event
        for event in storm.events()
    ]
    verdict, _ = decide(events)
    assert (verdict.metrics.stuck, verdict.metrics.time_to_recover_s) == (True, 6.75)
    assert not [reason for reason in verdict.reasons if "emptied" in reason]


@pytest.mark.slow
def test_hurting_something_else_is_a_failed_expectation(storm: Storm, drill: Drill) -> None:
    """A fault outside of the blast radius fails the drill although all else is met."""
    storm.drill = drill.model_copy(update={"blast_radius": ("storefront", "edge")})
    verdict, code = decide(storm.events())
    assert (verdict.verdict, code) == ("fail", 1)
    assert "also affected: bridge" in verdict.reasons[0]


@pytest.mark.slow
def test_a_service_that_died_is_outside_of_the_blast_radius(storm: Storm) -> None:
    """An unplanned exit is damage, whoever did it."""
    storm.at(50.0, ServiceChanged(service="auth", state="exited", planned=False, exit_code=137))
    verdict, _ = decide(storm.events())
    assert next(e for e in verdict.expectations if e.name == "blast radius").met is False


@pytest.mark.slow
def test_verdict_json_has_the_contracts_keys(storm: Storm) -> None:
    """docs/reference/verdict.md: at least these, and unmeasured is null."""
    told: dict[str, Any] = json.loads(decide(storm.events())[0].model_dump_json())
    assert {
        "schema",
        "drill",
        "runtime",
        "seed",
        "policy",
        "verdict",
        "reasons",
        "expectations",
        "instrument",
        "metrics",
    } <= told.keys()
    assert {
        "offered_rps",
        "goodput_baseline_rps",
        "amplification_baseline",
        "amplification_peak",
        "trigger_start_s",
        "trigger_end_s",
        "goodput_trigger_rps",
        "holds",
        "retrigger",
        "goodput_after_trigger_rps",
        "stuck",
        "stuck_s",
        "mitigation_s",
        "time_to_recover_s",
        "censored_at_s",
        "back_from_s",
        "attempts_rps_peak",
        "latency_p50_ms",
        "latency_p99_ms",
        "monitoring",
        "customers",
    } == told["metrics"].keys()
    assert all({"name", "expected", "measured", "met"} <= e.keys() for e in told["expectations"])
    assert all({"name", "limit", "measured", "ok"} <= f.keys() for f in told["instrument"])
    assert told["metrics"]["censored_at_s"] is None
    assert told["source"]["amplification_peak"] == "client"
    assert Verdict.model_validate(told) == decide(storm.events())[0]


def without_prose(verdict: Verdict) -> Verdict:
    """A verdict without its sentences: they may be put better, figures and decisions may not change.

    Older ones do not say the units of their checks, either, and have no check that came later (which is ok).
    """
    told = tuple(one.model_copy(update={"because": "", "expected": ""}) for one in verdict.expectations)
    checked = tuple(
        one.model_copy(update={"unit": ""})
        for one in verdict.instrument
        if not (one.ok and one.name in ADDED)
    )
    update = {
        "expectations": told,
        "instrument": checked,
        "capacity": None,
    }  # what the bridge carried came later
    return verdict.model_copy(update=update)


def without(names: Collection[str], verdict: Verdict) -> Verdict:
    """A verdict without the checks of these names."""
    kept = tuple(one for one in verdict.instrument if one.name not in names)
    assert len(kept) == len(verdict.instrument) - len(names)
    return verdict.model_copy(update={"instrument": kept})


EVIDENCE = {
    "queueing delay while stuck": 3.0769,
    "queueing delay in the baseline": 0.0,
    "canary's wait while stuck": 3.08,
    "canary's wait in the baseline": 0.012,
}
"""What shows today that the golden storm was the bridge's: 400 waited, 130/s were accepted."""


@pytest.mark.slow
def test_the_golden_journal_has_its_verdict() -> None:
    """A journal written long ago is still read, and still comes to the same verdict.

    What shows saturation is another figure since then; the old verdict keeps its own, readable.
    """
    verdict = judge(Timeline.fold(read(DATA / "stuck.jsonl").events))
    golden = Verdict.model_validate_json((DATA / "stuck.verdict.json").read_text())
    assert without(EVIDENCE, without_prose(verdict)) == without(
        {"bridge utilization while stuck"}, without_prose(golden)
    )
    assert {one.name: one.measured for one in verdict.instrument if one.name in EVIDENCE} == EVIDENCE


@pytest.mark.live
def test_an_empty_process_rebuilds_the_verdict() -> None:
    """The journal file is all that a verdict needs, and nothing that could touch the world is loaded."""
    program = """
import sys
from pathlib import Path
from lab.analysis.verdict.judge import judge
from lab.analysis.timeline.timeline import Timeline
from lab.journal import read
print(judge(Timeline.fold(read(Path(sys.argv[1])).events)).model_dump_json(indent=1))
loaded = {name for name in sys.modules if name.split(".")[0] in {"chaos", "docker", "aiohttp", "asyncio"}}
touching = loaded - {"chaos", "chaos.traits", "chaos.lab_error"}  # data; the base of all errors
sys.exit(f"judging imported {touching}" if touching else 0)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(DATA / "stuck.jsonl")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    verdict = judge(Timeline.fold(read(DATA / "stuck.jsonl").events))
    assert json.loads(done.stdout) == json.loads(verdict.model_dump_json())
