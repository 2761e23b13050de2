"""The drills that come with the lab, read with the lab's real faults, mitigations and policies."""

from pathlib import Path

import pytest

from lab.drillfile import Drill, load_drill, make
from lab.drillfile.read_drill import OPTIONAL, REQUIRED
from lab.monitoring import modes
from lab.session import known_services

DRILLS = Path(__file__).parents[3] / "drills"
SERVICES = known_services()
MODES = frozenset(modes(DRILLS.parent / "compose" / "monitoring"))
NAMES = sorted(path.stem for path in DRILLS.glob("*.yaml"))


def read(name: str) -> Drill:
    """A drill by name."""
    return load_drill(DRILLS / f"{name}.yaml", services=SERVICES, modes=MODES)


@pytest.mark.parametrize("name", NAMES)
def test_every_drill_is_valid_and_bounded(name: str) -> None:
    """Each can be read, each step makes its fault, and each ends itself if it takes too long."""
    for drill in read(name).runs:
        assert all(make(step) for step in drill.method)
        assert drill.description
        assert any(condition.metric == "elapsed" for condition in drill.abort_if)


def test_the_three_drills_are_there() -> None:
    """The lab ships these."""
    assert {"smoke", "retry-storm", "retry-storm-guarded"} <= set(NAMES)


def test_smoke_is_over_in_25_s() -> None:
    """Phases, the load's give-up time and the second in which the last cohort closes."""
    drill = read("smoke")
    assert drill.planned_s + drill.load.give_up_s + 1 < 25


def test_the_guarded_drill_differs_only_in_who_guards() -> None:
    """Same load, bridge and trigger; the guard of the one's mitigation is the other's start."""
    storm, guarded = read("retry-storm"), read("retry-storm-guarded")
    assert (storm.load, storm.bridge, storm.seed) == (guarded.load, guarded.bridge, guarded.seed)
    assert storm.method[0] == guarded.method[0]
    assert guarded.configuration["storefront"]["policy"] == storm.method[1].params["policy"]
    assert not [step for step in guarded.method if step.kind == "mitigation"]


@pytest.mark.parametrize("name", ["retry-storm", "monitoring-blackout"])
@pytest.mark.slow
def test_a_throttled_drill_differs_only_in_its_trigger(name: str) -> None:
    """Beside the one that begins with latency; as long, and claimed of it the same."""
    latency, throttle = read(name), read(f"{name}-throttle")
    same = (
        "load",
        "bridge",
        "seed",
        "monitoring",
        "configuration",
        "phases",
        "expect",
        "abort_if",
        "blast_radius",
    )
    assert [key for key in same if getattr(latency, key) != getattr(throttle, key)] == []
    assert [step.what for step in latency.method] == ["latency", "policy"]
    assert [step.what for step in throttle.method] == ["capacity", "policy"]
    assert latency.method[1] == throttle.method[1]
    assert throttle.method[0].target == "bridge"


def test_retry_storm_shows_every_section() -> None:
    """It is the example that the docs print: it uses each key there is, but those that other drills are for."""
    texts = {name: f"\n{(DRILLS / f'{name}.yaml').read_text()}" for name in NAMES}
    missing = {key for key in (*REQUIRED, *OPTIONAL) if f"\n{key}:" not in texts["retry-storm"]}
    assert missing <= {"monitoring", "reserve", "search", "variants"}
    for key in missing:
        assert any(f"\n{key}:" in text for text in texts.values()), f"no drill shows `{key}:`"


def test_the_blackout_is_the_same_storm_watched() -> None:
    """Same load, capacity, clients and steps: what differs is who watches, for how long, and how patient they must be.

    A queue of 3.4 s lets the planes' pages through, which come every few seconds (docs/explanation/monitoring.md).
    """
    storm, blackout = read("retry-storm"), read("monitoring-blackout")
    assert (storm.load.target, storm.load.rate_rps, storm.bridge.headroom, storm.seed) == (
        blackout.load.target,
        blackout.load.rate_rps,
        blackout.bridge.headroom,
        blackout.seed,
    )
    assert blackout.bridge.queue_s > storm.bridge.queue_s
    assert (storm.method, storm.configuration) == (blackout.method, blackout.configuration)
    assert (storm.monitoring, blackout.monitoring) == (None, "same-listener")
    assert {e.condition.plane for e in blackout.expect} == {None, "shared", "ops"}
