"""The search for the cap, against devices whose capacity is known because the test made them."""

from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

import pytest

from lab.calibrate import Calibration, Reading, calibrate, given_up_rps
from lab.calibrate.calibrate import CLEARLY, MOST_SHARES, SETTLE_S, WINDOW_S, WINDOWS

ASKED_RPS = 150.0


@dataclass
class Device:
    """A bridge on a clock of its own that spends ``cost_s`` of CPU on a connection, ``factor`` times that under a cap.

    ``bursts``: what it gets in the windows one after the other, as a multiple of its share; what is overdrawn in one
    window is missing in the next. ``noise``: of the cost, by the same windows.
    """

    cost_s: float = 0.0008
    factor: float = 1.0
    bursts: tuple[float, ...] = (1.0,)
    noise: tuple[float, ...] = (1.0,)
    waiting: int | None = 100
    given_up_cost: float = 0.5
    now_s: float = 100.0
    used_s: float = 0.0
    completed: float = 0.0
    accepted: float = 0.0
    crowd_left: float = 0.0
    share: float | None = None
    shares: list[float] = field(default_factory=list)
    in_flight: int = 0
    ended: bool = False

    def __post_init__(self) -> None:
        self._turns: Any = cycle(zip(cycle(self.bursts), self.noise, strict=False))
        if len(self.bursts) > len(self.noise):
            self._turns = cycle(zip(self.bursts, cycle(self.noise), strict=False))

    async def begin_loop(self, in_flight: int) -> None:
        self.in_flight = in_flight

    async def end_loop(self) -> None:
        self.ended = True

    async def crowd(self, connections: int) -> int:
        self.crowd_left = connections
        return connections

    async def read(self) -> Reading:
        waiting = self.waiting if self.in_flight and not self.ended else int(self.crowd_left)
        return Reading(self.now_s, round(self.completed), round(self.accepted), self.used_s, waiting)

    async def wait(self, seconds: float) -> None:
        burst, noise = next(self._turns)
        share = 1.0 if self.share is None else self.share * burst
        cost_s = self.cost_s * noise * (1.0 if self.share is None else self.factor)
        self.now_s += seconds
        self.used_s += share * seconds
        if self.ended:
            gone = min(self.crowd_left, share * seconds / (cost_s * self.given_up_cost))
            self.crowd_left -= gone
            self.accepted += gone
        else:
            self.completed += share * seconds / cost_s
            self.accepted += share * seconds / cost_s

    async def cap(self, cpu_share: float | None) -> None:
        self.share = cpu_share
        if cpu_share is not None:
            self.shares.append(cpu_share)

    @property
    def carries_rps(self) -> float:
        """What it carries in truth."""
        assert self.share is not None
        return self.share / (self.cost_s * self.factor)


def holds_the_truth(found: Calibration, device: Device) -> bool:
    """Whether the interval contains what the device carries; a connection more or less is rounding."""
    return found.found.low_rps - 2 <= device.carries_rps <= found.found.high_rps + 2


@pytest.mark.parametrize("factor", [0.4, 1.0, 2.5])
async def test_the_cap_is_adjusted_until_capacity_is_what_was_asked(factor: float) -> None:
    """Cost under a cap differs from cost without one; the search finds the asked capacity all the same."""
    device = Device(factor=factor)
    found = await calibrate(device, ASKED_RPS)
    assert found.found.rps == pytest.approx(ASKED_RPS, rel=0.1)
    assert holds_the_truth(found, device)
    assert len(found.found.windows_rps) == WINDOWS[0]
    assert device.ended


async def test_capacity_that_grows_faster_than_the_share_is_found() -> None:
    """A starved process wastes more of its share: the search still gets there."""

    @dataclass
    class Starved(Device):
        async def wait(self, seconds: float) -> None:
            self.factor = 1.0 if self.share is None else 0.12 / self.share
            await super().wait(seconds)

    device = Starved()
    found = await calibrate(device, ASKED_RPS)
    assert found.found.rps == pytest.approx(ASKED_RPS, rel=0.1)
    assert len(device.shares) <= MOST_SHARES


async def test_bursts_do_not_widen_the_interval() -> None:
    """What is overdrawn in one window is missing in the next: completions differ by half, the cost doesn't."""
    device = Device(bursts=(1.5, 0.5))
    found = await calibrate(device, ASKED_RPS, guess=0.12)
    assert max(found.found.windows_rps) > 2 * min(found.found.windows_rps)
    assert found.found.half_width < 0.02
    assert holds_the_truth(found, device)


async def test_a_cost_that_changes_is_known_less_well_and_said() -> None:
    """All windows are taken, and the interval is as wide as they are apart."""
    found = await calibrate(Device(noise=(1.0, 1.3, 0.8)), ASKED_RPS, guess=0.12)
    assert len(found.found.windows_rps) == WINDOWS[1]
    assert 0.05 < found.found.half_width < 0.25


async def test_windows_under_a_share_nearby_count_as_well() -> None:
    """A share that is 17 % off is given up early; under the next one six are enough, not ten."""
    device = Device(noise=(1.0, 1.15, 0.87))
    found = await calibrate(device, ASKED_RPS, guess=0.14)
    assert len(device.shares) == 2
    assert len(found.found.windows_rps) == WINDOWS[0]
    assert WINDOWS[0] + CLEARLY <= found.found.counted < 2 * WINDOWS[1]
    assert holds_the_truth(found, device)


async def test_a_bridge_that_cant_be_had_right_is_kept_as_it_is() -> None:
    """After four shares the search ends, with what it carries: known, not exact."""

    @dataclass
    class Stubborn(Device):
        async def wait(self, seconds: float) -> None:
            self.factor = 1.0 if self.share is None else self.share / 0.2
            await super().wait(seconds)

    device = Stubborn()
    found = await calibrate(device, ASKED_RPS)
    assert len(device.shares) == MOST_SHARES
    assert found.found.rps == pytest.approx(250, rel=0.02)


async def test_a_bridge_that_passes_nothing_is_an_error_that_says_so() -> None:
    """Zero completions can't be calibrated, with and without a cap; the loop is ended all the same."""

    @dataclass
    class Dead(Device):
        async def wait(self, seconds: float) -> None:
            self.now_s += seconds

    for guess in (None, 0.1):
        device = Dead()
        with pytest.raises(ValueError, match=r"no request came back through the bridge within \d"):
            await calibrate(device, ASKED_RPS, guess=guess)
        assert device.ended


async def test_cost_is_cpu_per_completion() -> None:
    """150 completions/s at a share of 0.12 cost 0.8 ms each."""
    found = await calibrate(Device(), ASKED_RPS)
    assert found.cost_ms == pytest.approx(0.8, rel=0.02)


async def test_a_guess_that_is_right_saves_the_measurement_without_a_cap() -> None:
    """An earlier run's share is where the search begins; six windows under it suffice."""
    device = Device()
    await calibrate(device, ASKED_RPS, guess=0.12)
    assert device.now_s - 100 == pytest.approx(SETTLE_S + WINDOWS[0] * WINDOW_S)


async def test_a_guess_that_is_wrong_is_not_believed() -> None:
    """What an earlier run found holds nothing: the capacity is what was measured."""
    device = Device()
    found = await calibrate(device, ASKED_RPS, guess=0.31)
    assert found.cpu_share == pytest.approx(0.12, rel=0.1)
    assert device.shares[0] == 0.31


@pytest.mark.parametrize(
    ("asked_rps", "queue", "deep"),
    [(150, 510, 64), (150, None, 64), (150, 60, 45), (20, 510, 60), (2, 4, 16)],
)
async def test_the_loop_is_deep_but_fits_into_the_queue(
    asked_rps: float, queue: int | None, deep: int
) -> None:
    """No call of it is dropped for want of room, and none waits so long that it gives up."""
    device = Device()
    found = await calibrate(device, asked_rps, queue)
    assert device.in_flight == found.in_flight == deep


@pytest.mark.parametrize(("waiting", "ratio"), [(100, 0.0), (0, 1.0), (None, None)])
async def test_whether_the_queue_was_ever_empty_is_said(waiting: int | None, ratio: float | None) -> None:
    """An empty queue is no saturation; a queue that can't be read is not known."""
    found = await calibrate(Device(waiting=waiting), ASKED_RPS)
    assert found.found.empty_ratio == ratio


async def test_connections_whose_clients_are_gone_are_measured_apart() -> None:
    """They cost half, so that twice as many are accepted; the last reading, of an empty queue, does not count."""
    device = Device(share=0.12, ended=True)
    assert await given_up_rps(device, 300) == pytest.approx(300, rel=0.1)


async def test_a_queue_that_takes_long_is_waited_for_but_not_measured_all_the_time() -> None:
    """What is left in it would be the first phase's; after half a minute it is left to that phase's checks."""
    slow = Device(cost_s=0.008, share=0.12, ended=True)  # 15/s, and 30/s of those that gave up
    assert await given_up_rps(slow, 300) == pytest.approx(30, rel=0.1)
    assert slow.crowd_left == 0
    assert slow.now_s - 100 == pytest.approx(10, rel=0.1)
    stopped = Device(cost_s=0.8, share=0.0001, ended=True)
    assert await given_up_rps(stopped, 300) is None
    assert stopped.now_s - 100 == pytest.approx(30, rel=0.1)


async def test_a_share_that_is_not_delivered_is_said() -> None:
    """Capacity is cost x share, so it would be overstated."""

    @dataclass
    class Held(Device):
        async def wait(self, seconds: float) -> None:
            share, self.share = self.share, None if self.share is None else 0.7 * self.share
            await super().wait(seconds)
            self.share = share

    found = await calibrate(Held(), ASKED_RPS, guess=0.12)
    assert found.found.delivered_ratio == pytest.approx(0.7)
    assert (await calibrate(Device(), ASKED_RPS)).found.delivered_ratio == pytest.approx(1.0)


@pytest.mark.parametrize(("connections", "waiting"), [(49, 0), (0, 0)])
async def test_a_small_crowd_says_nothing(connections: int, waiting: int) -> None:
    """Fifty at least; of none nothing is known either."""
    assert await given_up_rps(Device(share=0.12, ended=True, crowd_left=waiting), connections) is None


async def test_a_queue_that_cant_be_read_says_nothing_of_a_crowd() -> None:
    """Null, not a guess."""

    @dataclass
    class Closed(Device):
        async def read(self) -> Reading:
            return (await super().read())._replace(waiting=None)

    assert await given_up_rps(Closed(share=0.12, ended=True), 300) is None
