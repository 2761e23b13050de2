"""Seconds of recorded runs, and what one of them costs. Tests lab.analysis.system.system_second.

Recorded runs are of before first attempts were counted: the counts that the lab had then must add up all the same.
"""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any, SupportsIndex

import pytest

from lab.analysis import Timeline
from lab.analysis.system import SystemMap, SystemSecond, system_map, system_second
from lab.journal import read
from lab.journal.events import Event, SettingsRead
from tests.lab.analysis.conftest import Storm
from tests.lab.analysis.test_golden import GOLDEN, JOURNAL, RUNS

STATES = {"healthy", "degraded", "breaker-open", "paused", "stopped", "unknown", "idle"}


def journal(run: str, folder: Path) -> list[Event]:
    """The events of a recorded run."""
    path = folder / "journal.jsonl"
    path.write_bytes(gzip.decompress((GOLDEN / f"{run}{JOURNAL}").read_bytes()))
    return list(read(path).events)


def all_seconds(run: Timeline) -> tuple[SystemMap, list[SystemSecond]]:
    """Map and seconds of a run."""
    found = system_map(run)
    return found, [system_second(run, row.second, found) for row in run.rows]


@pytest.mark.slow
@pytest.mark.parametrize("run", RUNS)
def test_the_figures_of_a_recorded_run_add_up(run: str, tmp_path: Path) -> None:
    """Nothing negative; attempts of a second and of the whole run; what the device did is what the rows say."""
    timeline = Timeline.fold(journal(run, tmp_path))
    found, seconds = all_seconds(timeline)
    for second in seconds:
        each_second_adds_up(timeline, found, second)
    clients = [number for number, one in enumerate(found.arrows) if one.source in timeline.roles.serving]
    known = [
        (row, [second.arrows[number] for number in clients])
        for row, second in zip(timeline.rows, seconds, strict=True)
        if row.attempts is not None
    ]
    whole = [(row, arrows) for row, arrows in known if None not in arrows]
    assert len(whole) >= 0.95 * len(known)
    sent = sum(arrow.first_rps + arrow.retries_rps for _, arrows in whole for arrow in arrows if arrow)
    assert sent == pytest.approx(sum(row.attempts or 0 for row, _ in whole), rel=0.005)
    first = sum(arrow.first_rps for _, arrows in whole for arrow in arrows if arrow)
    assert first <= 1.005 * sum(row.requests or 0 for row, _ in whole)


def each_second_adds_up(timeline: Timeline, found: SystemMap, second: SystemSecond) -> None:
    """What must hold of any second of any run."""
    row, counted = timeline.row(second.second), timeline.seconds.counted
    for one, told in zip(found.arrows, second.arrows, strict=True):
        if told is not None:
            assert told.first_rps >= 0
            assert told.retries_rps >= 0
            assert told.refused_rps is None or told.refused_rps >= 0
            attempts = counted(one.source, "attempts", second.second)
            if one.over is not None and attempts is not None:
                assert told.first_rps + told.retries_rps == pytest.approx(attempts)
    main = second.devices[timeline.roles.device]
    assert (main.answered_rps, main.wasted_rps) == (row.answered_rps, row.wasted_rps)
    assert (main.accept_queue, main.queueing_delay_s) == (row.accept_queue, row.queueing_delay_s)
    assert second.services.keys() == {node.name for node in found.nodes}
    assert {service.state for service in second.services.values()} <= STATES


@pytest.mark.slow
def test_a_recorded_storm_is_told_as_it_was(tmp_path: Path) -> None:
    """100/s become 100/s + 300/s, which outlast the trigger; the guard refuses; in the end all is as before."""
    timeline = Timeline.fold(journal("embedded-retry-storm", tmp_path))
    found, seconds = all_seconds(timeline)
    over = next(number for number, one in enumerate(found.arrows) if one.source == timeline.roles.client)
    mean: dict[str, tuple[float, float]] = {}
    for phase in ("baseline", "aftermath", "recovery"):
        span = timeline.phase(phase)
        assert span is not None
        told = [
            second.arrows[over]
            for second in seconds
            if span.start_s + 1 < second.second < (span.end_s or 0) - 2
        ]
        known = [arrow for arrow in told if arrow is not None]
        mean[phase] = (
            round(sum(arrow.first_rps for arrow in known) / len(known), -1),
            round(sum(arrow.retries_rps for arrow in known) / len(known), -1),
        )
    assert mean["aftermath"] == pytest.approx((100, 310))
    assert mean["baseline"][1] == mean["recovery"][1] == 0
    guarded = [second for second in seconds if "guard-clients" in {one.name for one in second.active}]
    assert max((arrow.refused_rps or 0) for s in guarded if (arrow := s.arrows[over]) is not None) > 100
    assert "breaker-open" in {second.services[timeline.roles.client].state for second in guarded}


@pytest.mark.slow
def test_fed_event_by_event_it_comes_to_the_same(tmp_path: Path) -> None:
    """As the live page asks: newest seconds after every seventh event; in the end all are as when fed at once."""
    events = journal("embedded-operators", tmp_path)
    timeline = Timeline()
    for number, event in enumerate(events):
        timeline.feed(event)
        if number % 7:
            continue
        for second in range(max(0, int(timeline.now_s) - 2), int(timeline.now_s) + 1):
            system_second(timeline, second)
    assert all_seconds(timeline) == all_seconds(Timeline.fold(events))


@pytest.mark.slow
def test_what_can_still_change_is_provisional(storm: Storm) -> None:
    """While the run lasts its last seconds are; when it is over, none is."""
    events = storm.events()
    whole = Timeline.fold(events)
    assert not any(second.provisional for second in all_seconds(whole)[1])
    lasting = Timeline.fold(event for event in events if event.t < 30)
    assert [system_second(lasting, second).provisional for second in (5, 20, 28, 29)] == [
        False,
        False,
        True,
        True,
    ]


class Counting(list[Any]):
    """A list that counts how many of its entries were visited."""

    visited = 0

    def __getitem__(self, index: SupportsIndex | slice) -> Any:  # noqa: ANN401
        found = super().__getitem__(index)
        self.visited += len(found) if isinstance(index, slice) else 1
        return found

    def __iter__(self) -> Iterator[Any]:
        for entry in super().__iter__():
            self.visited += 1
            yield entry

    def __reversed__(self) -> Iterator[Any]:
        for entry in super().__reversed__():
            self.visited += 1
            yield entry


@pytest.mark.slow
def test_a_second_of_a_long_run_visits_few_samples(storm: Storm) -> None:
    """No walk over the run: what one second looks at grows with the logarithm of the run's length at most."""
    visits = {copies: visited(storm, copies) for copies in (1, 64)}
    assert visits[1] > 0
    assert visits[64] <= 2 * visits[1]


def visited(storm: Storm, copies: int) -> int:
    """How many samples a second at the run's end visits, where each list of samples is so many times as long."""
    timeline = Timeline.fold(storm.events())
    found, second = system_map(timeline), int(timeline.now_s) - 15
    timeline.row(second)
    span = timeline.now_s + 1
    counting = []
    named = [timeline.services, timeline.reserves, timeline.settings]
    timeline.settings["storefront"] = [SettingsRead(t=t, service="storefront", values={}) for t in range(40)]
    for holder in named:
        for name, samples in list(holder.items()):  # type: ignore[attr-defined]
            counting.append(stretched(samples, copies, span))
            holder[name] = counting[-1]  # type: ignore[index]
    for what in ("bridges", "loads"):
        counting.append(stretched(getattr(timeline, what), copies, span))
        setattr(timeline, what, counting[-1])
    for what in ("hosts", "canaries", "missed", "acted"):
        counting.append(stretched(getattr(timeline, what), copies, span))
        setattr(timeline, what, counting[-1])
    system_second(timeline, second, found)
    return sum(one.visited for one in counting)


def stretched(samples: list[Any], copies: int, span: float) -> Counting:
    """The samples with copies of them before, in the order of their times."""
    earlier = [
        sample.model_copy(update={"t": sample.t - span * copy})
        for copy in range(copies - 1, 0, -1)
        for sample in samples
    ]
    return Counting([*earlier, *samples])
