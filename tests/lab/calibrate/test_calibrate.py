"""The search for the cap, against devices whose capacity is known because the test made them."""

import pytest

from lab.calibrate import calibrate
from lab.calibrate.calibrate import MOST_IN_ALL, WINDOWS


class Device:
    """A bridge that spends ``cost_s`` of CPU per connection (more under a cap), with a noise per window."""

    def __init__(self, cost_s: float, capped_factor: float = 1.0, noise: tuple[float, ...] = (1.0,)) -> None:
        self.cost_s, self.capped_factor, self.noise = cost_s, capped_factor, noise
        self.share: float | None = None
        self.used_s = 0.0
        self.windows = 0
        self.warm_up_s = 0.0

    async def closed_loop(self, in_flight: int, windows: int, warm_up_s: float) -> tuple[float, ...]:
        self.warm_up_s = warm_up_s
        return tuple(self._window() for _ in range(windows))

    def _window(self) -> float:
        noise = self.noise[self.windows % len(self.noise)]
        self.windows += 1
        if self.share is None:
            rate = 1000.0
            self.used_s += rate * (1 + self.warm_up_s) * self.cost_s
            return rate
        return self.share / (self.cost_s * self.capped_factor) * noise

    async def cap(self, cpu_share: float | None) -> None:
        self.share = cpu_share

    async def cpu_s(self) -> float:
        return self.used_s


@pytest.mark.parametrize("factor", [0.4, 1.0, 2.5])
async def test_the_cap_is_adjusted_until_capacity_is_what_was_asked(factor: float) -> None:
    """Cost under a cap differs from cost without one; the search finds the asked capacity all the same."""
    found = await calibrate(Device(0.0008, capped_factor=factor), asked_rps=150)
    assert found.steady
    assert found.capacity_rps == pytest.approx(150, rel=0.1)
    assert len(found.windows_rps) == 3


async def test_capacity_that_grows_faster_than_the_share_is_found() -> None:
    """A starved process wastes more of its share: the search still gets there."""

    class Starved(Device):
        def _window(self) -> float:
            self.windows += 1
            if self.share is None:
                self.used_s += 1000 * (1 + self.warm_up_s) * self.cost_s
                return 1000.0
            return (self.share / 0.12) ** 2 * 150

    device = Starved(0.0006)
    found = await calibrate(device, asked_rps=150)
    assert found.steady
    assert found.capacity_rps == pytest.approx(150, rel=0.1)


async def test_windows_that_spread_too_far_are_not_steady() -> None:
    """(max - min) / median above 15 % in every three windows: this capacity is invalid."""
    device = Device(0.0008, noise=(1.0, 1.08, 0.92))
    found = await calibrate(device, asked_rps=150)
    assert not found.steady
    assert device.windows <= MOST_IN_ALL + WINDOWS  # and the one without a cap


async def test_a_bridge_that_passes_nothing_is_an_error_that_says_so() -> None:
    """Zero completions can't be calibrated."""

    class Dead(Device):
        def _window(self) -> float:
            return 0.0

    with pytest.raises(ValueError, match="no request came back"):
        await calibrate(Dead(0.001), asked_rps=150)


async def test_cost_is_cpu_per_completion() -> None:
    """150 completions/s at a share of 0.12 cost 0.8 ms each."""
    found = await calibrate(Device(0.0008), asked_rps=150)
    assert found.cost_ms == pytest.approx(0.8, rel=0.01)


async def test_a_guess_that_is_right_saves_the_measurement_without_a_cap() -> None:
    """An earlier run's share is where the search begins; three windows under it suffice."""
    device = Device(0.0008)
    found = await calibrate(device, asked_rps=150, guess=0.12)
    assert found.steady
    assert device.windows == WINDOWS


async def test_a_guess_that_is_wrong_costs_a_window_and_is_not_believed() -> None:
    """What an earlier run found holds nothing: the capacity is what was measured."""
    found = await calibrate(Device(0.0008), asked_rps=150, guess=0.31)
    assert found.steady
    assert found.cpu_share == pytest.approx(0.12, rel=0.1)
