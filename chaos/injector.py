"""The only thing that changes the world: intend (synced to disk) -> apply -> read back -> settle."""

import asyncio
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from chaos.actions import BaseAction
from chaos.change import Change, change
from chaos.errors import ChaosError, RefusedError, UnguardedError, UnknownActionError
from chaos.lease import Lease
from chaos.ledger.ledger import AppliedStep, Intent, Ledger, LedgerError, LedgerState
from chaos.traits import NONE, Traits
from chaos.undo.execute import apply_and_verify, undo
from chaos.undo.rollback import Rollback, readback_of
from chaos.wait import WaitTimeoutError, wait_until

__all__ = ["Change", "Injector"]


class Injector:
    """Applies actions and undoes them, one at a time.

    Args:
        ledger: the run's, begun by this process.
        lease: renewed by the owner; without it nothing is applied.
        on_change: called with each step of an action's life, in order, on the event loop.
        watchdog_alive: whether someone would undo all this if this process died now.
        patience_s: how long to wait for a watchdog that died and is being replaced; until then nothing is applied.
    """

    def __init__(
        self,
        ledger: Ledger,
        lease: Lease,
        on_change: Callable[[Change], None],
        watchdog_alive: Callable[[], bool],
        patience_s: float = 0.0,
    ) -> None:
        self._ledger = ledger
        self._lease = lease
        self._on_change = on_change
        self._watchdog_alive = watchdog_alive
        self._patience_s = patience_s
        self._lock = asyncio.Lock()
        self._count = len(ledger.account.states)

    async def apply(  # noqa: PLR0913 - what the journal says of an action
        self,
        *,
        name: str,
        kind: str,
        fault: str,
        target: str,
        params: dict[str, Any],
        actions: Sequence[BaseAction],
        by: str,
        traits: Traits = NONE,
    ) -> str:
        """Apply ``actions`` in order and read each back. All are active, or (as far as known) none.

        Returns:
            The id to undo it by.

        Raises:
            UnguardedError: no live watchdog, or no lease. Nothing was touched.
            RefusedError: it could not be applied; what of it was has been undone, or is journaled as stuck.
            LedgerError: it can't be written down, so it was not done.
        """
        async with self._lock:
            await self._guard()
            begun_s = time.monotonic()
            self._count += 1
            facts = {"name": name or fault, "kind": kind, "fault": fault, "target": target, "params": params}
            intent = Intent(id=f"{self._count:02d}-{name or fault}", by=by, steps=(), traits=traits, **facts)
            try:
                steps = tuple([AppliedStep(action=one, inverse=await one.inverse()) for one in actions])
            except ChaosError as error:
                self._told(change(intent, "refused", by, verified=True, error=str(error)))
                raise refusal(intent, str(error)) from error
            await self._apply(intent.model_copy(update={"steps": steps}), by, begun_s)
            return intent.id

    async def undo(self, action: str, by: str) -> bool:
        """Undo one. Idempotent; False: it is stuck, and the ledger keeps it.

        Raises:
            UnknownActionError: no such action; the message has those that are open.
            RefusedError: another has changed the same since, and must be undone first: each leads back to the state
                that it found.
        """
        async with self._lock:
            self._lease.check()
            account = self._ledger.account
            if action not in account.states:
                known = ", ".join(intent.id for intent in account.open()) or "none"
                raise UnknownActionError(f"no action {action}; open are: {known}")
            intent = account.intents.get(action)
            if intent is None:
                return True
            if later := account.blocking_later(intent):
                names = ", ".join(one.id for one in reversed(later))
                raise RefusedError(
                    f"{action} can't be undone yet: the same was changed since by {names}; undo that first"
                )
            return await Rollback(self._ledger, by, self._told).one(intent)

    async def undo_all(self, by: str, keep: Collection[str] = ()) -> tuple[str, ...]:
        """The final rollback, CPU caps first. The ids of those that are stuck; asked again, it retries.

        Args:
            by: who undoes.
            keep: ids that stay active.
        """
        async with self._lock:
            self._lease.check()
            return await Rollback(self._ledger, by, self._told).everything(keep)

    async def reapply(self, target: str) -> None:
        """Apply again what ``target`` lost with its listener, now that it has a new one. Undone as before.

        Raises:
            ChaosError: it could not be; the ledger still has its inverse.
        """
        async with self._lock:
            self._lease.check()
            for intent in self._ledger.account.open():
                for step in intent.steps if intent.target == target else ():
                    if step.action.lost_with_listener:
                        await apply_and_verify(step.action)

    def release(self) -> None:
        """Write down that what the run owns is taken down: nothing else needs to do it.

        Raises:
            LedgerError: it can't be written down; then it will be taken down once more.
        """
        self._ledger.release()

    def open(self) -> tuple[Intent, ...]:
        """What may be active, oldest first."""
        return tuple(self._ledger.account.open())

    async def _apply(self, intent: Intent, by: str, begun_s: float) -> None:
        self._ledger.intend(intent)
        self._told(change(intent, "intended", by))
        try:
            await self._guard()
            readings = [await apply_and_verify(step.action) for step in intent.steps]
            self._lease.check()
        except ChaosError as error:
            await self._take_back(intent, by, str(error))
            raise refusal(intent, str(error)) from error
        self._settle(
            intent,
            "applied",
            by,
            verified=True,
            readback=readback_of(readings),
            took_ms=(time.monotonic() - begun_s) * 1000,
            rebuilt_listener=any(step.action.rebuilds_listener for step in intent.steps),
        )

    async def _take_back(self, intent: Intent, by: str, why: str) -> None:
        """It was refused half-way, or hung and may be active after all: undo every step."""
        undone = [await undo(step.inverse) for step in reversed(intent.steps)]
        clean = all(one.done for one in undone)
        errors = "; ".join([why, *(f"undoing it: {one.error}" for one in undone if not one.done)])
        readback = readback_of([one.readback for one in undone])
        state: LedgerState = "refused" if clean else "rollback-failed"
        self._settle(intent, state, by, verified=clean, readback=readback, error=errors)

    def _settle(self, intent: Intent, state: LedgerState, by: str, **more: Any) -> None:  # noqa: ANN401 - Change's fields
        try:
            self._ledger.settle(intent.id, state, more.get("error"))
        except LedgerError as error:  # then it is still open there, and will be undone
            more["error"] = f"{more.get('error') or state}; {error}"
        self._told(change(intent, state, by, **more))

    async def _guard(self) -> None:
        if not self._watchdog_alive():
            with suppress(WaitTimeoutError):
                await wait_until(self._watchdog_alive, self._patience_s, "another watchdog")
        self._lease.check()
        if not self._lease.held:
            raise UnguardedError(
                "refusing to inject: the lease has expired, so no watchdog would roll it back"
            )
        if not self._watchdog_alive():
            raise UnguardedError(
                "refusing to inject: the watchdog is not running, so nothing would roll it back"
            )

    def _told(self, change: Change) -> None:
        until_s = self._lease.until_s - self._ledger.account.header.epoch_s
        self._on_change(replace(change, lease_until_s=round(until_s, 3)))


def refusal(intent: Intent, why: str) -> RefusedError:
    """What the caller gets."""
    return RefusedError(f"{intent.fault} on {intent.target} could not be applied: {why}")
