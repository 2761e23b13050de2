"""Undo what a ledger has open: the same code for an owner that ends its run and for the watchdog."""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from chaos.actions import BaseAction, Cap, Reading
from chaos.change import Change, change
from chaos.ledger.ledger import Intent, Ledger, LedgerError, LedgerState
from chaos.undo.execute import Undone, undo


@dataclass(frozen=True, slots=True)
class Rollback:
    """``by`` is who undoes; ``tell`` hears of each that is settled.

    What ``tell`` raises (a journal on a full disk) is raised as well, but only when everything is undone.
    """

    ledger: Ledger
    by: str
    tell: Callable[[Change], None]
    _unheard: list[Exception] = field(default_factory=list, init=False)

    async def undo(self, inverse: BaseAction, caps: Sequence[Cap] = ()) -> Undone:
        """Apply an inverse, unless its target went with another boot: that address may be another process's by now."""
        if self.ledger.account.header.of_this_boot() or inverse.outlives_boot():
            return await undo(inverse, caps)
        return Undone(done=True, readback={"gone": "the machine was started anew since"})

    async def everything(self, keep: Collection[str] = ()) -> tuple[str, ...]:
        """Undo all that is open: CPU caps first, then what is stopped or dead, then toxics, then the rest.

        Within a rank, newest first. One that can't be undone doesn't keep the others from it.

        Args:
            keep: ids that stay active. A CPU cap among them is lifted while its target is too starved to answer.

        Returns:
            The ids of those that could not be undone; the ledger keeps them as stuck.
        """
        begun_s = time.monotonic()
        kept = [one for one in self.ledger.account.open() if one.id in keep]
        intents = [one for one in reversed(self.ledger.account.open()) if one.id not in keep]
        steps = [(intent, step) for intent in intents for step in reversed(intent.steps)]
        steps.sort(key=lambda pair: pair[1].inverse.rank)  # stable: newest first within a rank
        outcomes: dict[str, list[Undone]] = {intent.id: [] for intent in intents}
        left = []
        for intent, step in steps:
            outcomes[intent.id].append(await self.undo(step.inverse, caps_on(kept, intent)))
            whole = len(outcomes[intent.id]) == len(intent.steps)
            if whole and not self._settle(intent, outcomes[intent.id], begun_s):
                left.append(intent.id)
        self._complain()
        return tuple(left)

    async def one(self, intent: Intent) -> bool:
        """Undo one thing, while others stay active. Whether it could be done."""
        begun_s = time.monotonic()
        caps = caps_on(self.ledger.account.open(), intent)
        outcomes = [await self.undo(step.inverse, caps) for step in reversed(intent.steps)]
        done = self._settle(intent, outcomes, begun_s)
        self._complain()
        return done

    def _settle(self, intent: Intent, outcomes: Sequence[Undone], begun_s: float) -> bool:
        """Write down what came of undoing ``intent``, and tell."""
        done = all(one.done for one in outcomes)
        state: LedgerState = "reverted" if done else "rollback-failed"
        errors = [one.error for one in outcomes if one.error]
        try:
            self.ledger.settle(intent.id, state, "; ".join(errors) or None)
        except LedgerError as error:  # undone all the same
            errors.append(str(error))
        more = {
            "verified": done,
            "readback": readback_of([one.readback for one in outcomes]),
            "took_ms": (time.monotonic() - begun_s) * 1000,
            "rebuilt_listener": any(step.inverse.rebuilds_listener for step in intent.steps),
            "error": "; ".join(errors) or None,
        }
        try:
            self.tell(change(intent, state, self.by, **more))
        except Exception as error:  # noqa: BLE001 - a deaf journal keeps no one from undoing the rest
            self._unheard.append(error)
        return done

    def _complain(self) -> None:
        if self._unheard:
            raise self._unheard[0]


def caps_on(intents: Sequence[Intent], undoing: Intent) -> list[Cap]:
    """The CPU caps that hold ``undoing``'s target: it may be too starved to answer."""
    held = [intent for intent in intents if intent.target == undoing.target and intent.id != undoing.id]
    caps = [step.action for intent in held for step in intent.steps if isinstance(step.action, Cap)]
    return list({cap.place: cap for cap in caps}.values())


def readback_of(readings: Sequence[Reading | None]) -> Reading | None:
    """One reading as it is; several under their number."""
    if len(readings) == 1:
        return readings[0]
    return {str(number): reading for number, reading in enumerate(readings)}
