"""A device whose CPU governor dies gets another one at once, with the share that was asked for last.

Without a governor the device runs uncapped, or stays stopped. The share lies in the governor's folder, so the next one
takes it over. One that is stopped (SIGSTOP) is not replaced: two would be at it when it goes on, and once it is known
to be stopped the device has been without for too long anyway. Either way the journal says so, and the verdict judges.
"""

import time
from collections.abc import Callable

from chaos.errors import ChaosError
from lab.journal.events import Event, GovernorChanged
from lab.probes import Ticker
from lab.runtime.base import Runtime

LOOK_EVERY_S = 0.1
MOST = 3
"""So often the governors of one lab are replaced: what dies again and again is no accident."""


async def keep_governed(runtime: Runtime, write: Callable[[Event], object]) -> None:
    """Replace governors that die, until cancelled or until as many were as may be."""
    ticker = Ticker(time.monotonic)
    replaced = 0
    while replaced < MOST:
        await ticker.until(time.monotonic() + LOOK_EVERY_S)
        for device in runtime.lost_governors():
            replaced += 1
            await _replace(runtime, device, write)


async def _replace(runtime: Runtime, device: str, write: Callable[[Event], object]) -> None:
    begun_s = time.monotonic()
    share = (await runtime.usage(device)).cpu_share
    write(GovernorChanged(device=device, state="died", cpu_share=share))
    try:
        await runtime.replace_governor(device)
    except (ChaosError, OSError) as error:
        write(GovernorChanged(device=device, state="not-replaced", cpu_share=share, error=str(error)))
        return
    away_s = time.monotonic() - begun_s + LOOK_EVERY_S
    share = (await runtime.usage(device)).cpu_share
    write(GovernorChanged(device=device, state="replaced", cpu_share=share, away_s=away_s))
