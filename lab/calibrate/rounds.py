"""A calibration that is not steady is begun again: other work on the machine has often passed by then."""

from lab.calibrate.calibrate import Bench, Calibration, calibrate

ROUNDS = 2
"""A round takes some 20 s at most; a run that begins without a steady calibration is lost."""


async def calibrate_steadily(bench: Bench, asked_rps: float, guess: float | None = None) -> Calibration:
    """As `calibrate`; where that was not steady, once more from the share that its own windows point to.

    Raises:
        ValueError: nothing at all came back through the bridge.
    """
    found = await calibrate(bench, asked_rps, guess)
    for _ in range(ROUNDS - 1):
        if found.steady:
            break
        cost_ms = found.cost_ms
        found = await calibrate(bench, asked_rps, None if cost_ms is None else asked_rps * cost_ms / 1000)
    return found
