"""Carry out one action and see it active; undo one, by every way there is."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from chaos.actions import BaseAction, Cap, Reading
from chaos.errors import ChaosError, DeadlineError, RefusedError, TargetGoneError
from chaos.wait import WaitTimeoutError, wait_until


@dataclass(frozen=True, slots=True)
class Undone:
    """``done``: read back as undone. ``error``: why not, or what else had to be done first."""

    done: bool
    readback: Reading | None
    error: str = ""


async def apply_and_verify(action: BaseAction) -> Reading:
    """Apply and read back until it shows, both within the action's deadline; what was read.

    Raises:
        ChaosError: it was refused, hung, or does not show; whether it is active is unknown.
    """
    try:
        async with asyncio.timeout(action.deadline_s + 1):  # its own deadline comes first and says more
            await action.apply()
    except TimeoutError:
        raise DeadlineError(f"{action!r} did not end within its {action.deadline_s:g} s") from None
    readings: list[Reading] = []

    async def shows() -> bool:
        readings.append(await action.read())
        return action.shows(readings[-1])

    try:
        await wait_until(shows, action.deadline_s, f"{action!r} to show")
    except WaitTimeoutError as error:
        if isinstance(error.last, TargetGoneError):
            raise error.last from None
        found = readings[-1] if readings else error.last
        raise RefusedError(f"asked for {action!r}; read back: {found!r}") from error
    return readings[-1]


async def undo(inverse: BaseAction, caps: Sequence[Cap] = ()) -> Undone:
    """Apply an inverse; failing that, again with ``caps`` lifted; failing that, its effect another way.

    A target that is gone has nothing of the action left in it.
    """
    undone = await _attempt(inverse)
    if undone.done:
        return undone
    ways = [("with the CPU cap lifted", inverse)] if caps else []
    if (fallback := inverse.fallback()) is not None:
        ways.append(("put out of effect instead", fallback))
    tried = [undone.error]
    async with caps_lifted(caps):
        for way, action in ways:
            undone = await _attempt(action)
            if undone.done:
                return Undone(done=True, readback=undone.readback, error=f"{way}, as: {'; '.join(tried)}")
            tried.append(f"{way}: {undone.error}")
    return Undone(done=False, readback=None, error="; ".join(tried))


async def _attempt(action: BaseAction) -> Undone:
    try:
        return Undone(done=True, readback=await apply_and_verify(action))
    except TargetGoneError as gone:
        return Undone(done=True, readback={"gone": str(gone)})
    except ChaosError as error:
        found = await _shown(action)
        return Undone(done=found is not None, readback=found, error=str(error))


async def _shown(action: BaseAction) -> Reading | None:
    """What is read, if it shows the action active: it may have been before, or be so after all."""
    try:
        reading = await action.read()
    except ChaosError:
        return None
    return reading if action.shows(reading) else None


@asynccontextmanager
async def caps_lifted(caps: Sequence[Cap]) -> AsyncIterator[None]:
    """Take CPU caps off, and put back what was active. The ledger still has the inverse of each."""
    put_back: list[Cap] = []
    for cap in caps:
        with suppress(ChaosError):
            put_back.append(await cap.inverse())
            await cap.lifted().apply()
    try:
        yield
    finally:
        for cap in reversed(put_back):
            with suppress(ChaosError):
                await cap.apply()
