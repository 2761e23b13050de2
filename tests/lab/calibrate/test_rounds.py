"""A second round where the first one was not steady, and none where it was."""

import pytest

from lab.calibrate import calibrate_steadily
from lab.calibrate.calibrate import MOST_IN_ALL, WINDOWS
from tests.lab.calibrate.test_calibrate import Device

DISTURBED = (1.0, 1.25, 0.8, 1.3, 0.7)
"""Other work on the machine: no three windows agree."""


async def test_other_work_that_passes_costs_a_second_round() -> None:
    """The first round is spent on a disturbed machine, the second one finds what was asked for."""
    device = Device(0.0008, noise=DISTURBED * 4 + (1.0,) * 1000)
    found = await calibrate_steadily(device, asked_rps=150)
    assert found.steady
    assert found.capacity_rps == pytest.approx(150, rel=0.1)
    assert device.windows > MOST_IN_ALL


async def test_other_work_that_stays_is_told_after_two_rounds() -> None:
    """No third one, and nothing is made up."""
    device = Device(0.0008, noise=DISTURBED)
    found = await calibrate_steadily(device, asked_rps=150)
    assert not found.steady
    assert MOST_IN_ALL < device.windows <= 2 * (MOST_IN_ALL + WINDOWS)


async def test_a_steady_round_is_the_only_one() -> None:
    """Three windows under the cap that was guessed right."""
    device = Device(0.0008)
    assert (await calibrate_steadily(device, 150, guess=0.12)).steady
    assert device.windows == WINDOWS
