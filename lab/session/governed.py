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
    """Replace governors that die, until cancelled; so often at most, and none again that could not be replaced once."""
    ticker = Ticker(time.monotonic)
    replaced = 0
    given_up: set[str] = set()
    while replaced < MOST:
        await ticker.until(time.monotonic() + LOOK_EVERY_S)
        for device in set(runtime.lost_governors()) - given_up:
            replaced += 1
            if not await _replace(runtime, device, write):
                given_up.add(device)


async def _replace(runtime: Runtime, device: str, write: Callable[[Event], object]) -> bool:
    begun_s = time.monotonic()
    share = (await runtime.usage(device)).cpu_share
    write(GovernorChanged(device=device, state="died", cpu_share=share))
    try:
        await runtime.replace_governor(device)
    except (ChaosError, OSError) as error:
        write(GovernorChanged(device=device, state="not-replaced", cpu_share=share, error=str(error)))
        return False
    away_s = time.monotonic() - begun_s + LOOK_EVERY_S
    share = (await runtime.usage(device)).cpu_share
    write(GovernorChanged(device=device, state="replaced", cpu_share=share, away_s=away_s))
    return True
