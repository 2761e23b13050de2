"""Runs recorded by the lab before journals had schema 2, judged by the lab of today. Tests lab.analysis.verdict.judge.

Each journal has the verdict beside it that the lab of then came to. Where today's differs, ``INTENDED`` says in what
and why; a difference that stands there and is none any more fails as well.
"""

import gzip
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from lab.analysis import Timeline, Verdict, judge
from lab.journal import read

GOLDEN = Path(__file__).parents[2] / "data" / "golden"
JOURNAL = ".journal.jsonl.gz"
MOST_BYTES = 5_000_000
"""What all golden files may take together."""

RUNS = sorted(path.name.removesuffix(JOURNAL) for path in GOLDEN.glob(f"*{JOURNAL}"))
DRILLS = {
    "hysteresis.budget", "hysteresis.naive", "library", "monitoring-blackout", "operators",
    "overload-shed.adaptive-lifo", "overload-shed.cancel-abandoned", "overload-shed.codel",
    "overload-shed.drop-expired", "overload-shed.gradient2", "overload-shed.long-queue", "overload-shed.priority-shed",
    "overload-shed.queue-cap", "retry-chain.budgets", "retry-chain.every-layer", "retry-chain.one-layer",
    "retry-storm", "retry-storm-guarded", "slow-not-down.refused", "slow-not-down.slow", "smoke",
    "thundering-herd.fixed", "thundering-herd.jitter",
}  # fmt: skip


class Change(NamedTuple):
    """``figure`` is the path to it in the verdict; ``then`` and ``now`` its values."""

    figure: str
    then: object
    now: object
    why: str


SUMS = (
    Change(
        "instrument.customers = load in all.measured", None, 0.0, "two clients of the load are two customers"
    ),
    Change(
        "instrument.customers = load in all.ok",
        then=None,
        now=True,
        why="a check that loads with customers have",
    ),
)

SCHEDULES = (
    Change("instrument.customers' schedules.measured", None, 1.3944, "each customer has a rate"),
    Change(
        "instrument.customers' schedules.ok",
        then=None,
        now=True,
        why="a check that loads with customers have",
    ),
)


CUT = (
    Change(
        "instrument.fault effect: outage.measured",
        90.909,
        100.0,
        "the bridge took 0.9 s to cut all connections, and a canary got through in it",
    ),
)


def refusals(then: float) -> tuple[Change, ...]:
    """The share of answers that a refusing service refused, then counted beyond the fault's end."""
    figure = "instrument.fault effect: refusing-auth.measured"
    return (Change(figure, then, 100.0, "no answers from after the fault"),)


def evidence(busy: float, delay_s: tuple[float, float], wait_s: tuple[float, float]) -> tuple[Change, ...]:
    """What shows a saturated bridge: used CPU then; delay and canary's wait, in the baseline and while stuck, now."""
    why = "used CPU is as high in health, the queueing delay is not"
    gone = (
        Change("instrument.bridge utilization while stuck.measured", busy, None, why),
        Change("instrument.bridge utilization while stuck.ok", then=True, now=None, why=why),
    )
    measured = {
        "queueing delay in the baseline": delay_s[0],
        "queueing delay while stuck": delay_s[1],
        "canary's wait in the baseline": wait_s[0],
        "canary's wait while stuck": wait_s[1],
    }
    come = (
        one
        for name, seconds in measured.items()
        for one in (
            Change(f"instrument.{name}.measured", None, seconds, why),
            Change(f"instrument.{name}.ok", then=None, now=True, why=why),
        )
    )
    return (*gone, *come)


ADDED = {"queue = what was asked": "the queue of the calibration was in the journal; no check read it"}
"""Checks that came later and need no more than what these journals hold -> why. They are ok in every run."""

INTENDED: Mapping[str, tuple[Change, ...]] = {
    "compose-operators": (
        *SUMS,
        *SCHEDULES,
        *evidence(98.2771, (0.0, 3.1605), (0.0111, 4.7112)),
    ),
    "embedded-operators": (
        *SUMS,
        *SCHEDULES,
        *evidence(97.5868, (0.0148, 2.2363), (0.0343, 2.5043)),
    ),
    "compose-monitoring-blackout": evidence(98.9018, (0.0039, 12.0337), (0.0156, 8.0004)),
    "embedded-monitoring-blackout": evidence(98.1053, (0.0194, 8.2466), (0.0651, 8.0006)),
    "compose-retry-storm": evidence(98.9351, (0.0023, 2.6947), (0.0108, 4.0847)),
    "embedded-retry-storm": evidence(92.5562, (0.0068, 2.3169), (0.047, 3.9446)),
    "compose-retry-chain.budgets": refusals(96.992),
    "compose-retry-chain.every-layer": refusals(99.924),
    "compose-retry-chain.one-layer": refusals(98.847),
    "compose-slow-not-down.refused": refusals(97.059),
    "embedded-retry-chain.budgets": refusals(96.992),
    "embedded-retry-chain.every-layer": refusals(99.924),
    "embedded-slow-not-down.refused": refusals(97.171),
    "embedded-thundering-herd.fixed": CUT,
    "embedded-thundering-herd.jitter": CUT,
}
"""Run -> what today's verdict has otherwise, on purpose."""


def then(run: str) -> Verdict:
    """The verdict of the lab that recorded the run, in today's names."""
    return Verdict.model_validate_json(gzip.decompress((GOLDEN / f"{run}.verdict.json.gz").read_bytes()))


def now(run: str, folder: Path) -> Verdict:
    """Today's verdict of the same journal."""
    journal = folder / "journal.jsonl"
    journal.write_bytes(gzip.decompress((GOLDEN / f"{run}{JOURNAL}").read_bytes()))
    return judge(Timeline.fold(read(journal).events))


def figures(verdict: Verdict) -> dict[str, object]:
    """All that a verdict says in figures and names, flat: ``metrics.monitoring.ops.stale_s`` -> 4."""
    told = {
        "verdict": verdict.verdict,
        "outcome": verdict.outcome,
        "metrics": verdict.metrics.model_dump(mode="json", exclude_unset=True),
        "phases": {phase.name: phase.model_dump(mode="json", exclude_unset=True) for phase in verdict.phases},
        "expectations": {
            one.name: {"measured": one.measured, "met": one.met} for one in verdict.expectations
        },
        "instrument": {one.name: {"measured": one.measured, "ok": one.ok} for one in verdict.instrument},
        "source": verdict.source,
    }
    return dict(_flat("", told))


def _flat(path: str, found: object) -> Iterator[tuple[str, object]]:
    if isinstance(found, dict) and found:
        for key, value in found.items():
            yield from _flat(f"{path}.{key}" if path else str(key), value)
    else:
        yield path, found


def differences(before: Mapping[str, object], after: Mapping[str, object]) -> set[tuple[str, str, str]]:
    """Figure, then, now. What the verdict of then did not have is none, unless it is a check or an expectation."""
    later = {
        f"instrument.{name}.{key}"
        for name in ADDED
        if after.get(f"instrument.{name}.ok")
        for key in ("ok", "measured")
    }
    after = {key: value for key, value in after.items() if key not in later}
    new = {key for key in after if key not in before and key.startswith(("instrument.", "expectations."))}
    return {
        (key, str(before.get(key)), str(after.get(key)))
        for key in {*before, *new}
        if before.get(key) != after.get(key)
    }


@pytest.mark.slow
@pytest.mark.parametrize("run", RUNS)
def test_a_run_comes_to_the_verdict_it_came_to(run: str, tmp_path: Path) -> None:
    """Verdict, outcome, figures, expectations and checks: the same, but for what is explained."""
    intended = {(one.figure, str(one.then), str(one.now)) for one in INTENDED.get(run, ())}
    assert differences(figures(then(run)), figures(now(run, tmp_path))) == intended


def test_a_difference_is_seen() -> None:
    """The comparison itself: a figure that moved, one that is new, one that is gone."""
    before = figures(then("embedded-retry-storm"))
    moved = before | {"metrics.stuck": False, "metrics.new": 1, "instrument.new.ok": True}
    gone = moved.pop("metrics.stuck_s")
    assert differences(before, moved) == {
        ("metrics.stuck", "True", "False"),
        ("instrument.new.ok", "None", "True"),
        ("metrics.stuck_s", str(gone), "None"),
    }


def test_every_drill_of_then_was_recorded_on_both_runtimes() -> None:
    """One seed each, variants by their names; small enough to be kept."""
    assert {f"{runtime}-{drill}" for runtime in ("embedded", "compose") for drill in DRILLS} <= set(RUNS)
    assert sum(path.stat().st_size for path in GOLDEN.iterdir()) < MOST_BYTES


def test_what_is_explained_was_recorded() -> None:
    """No explanation of a run that there is not."""
    assert set(INTENDED) <= set(RUNS)
