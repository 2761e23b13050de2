"""What changes a living lab: all of it goes through the injector; a rebuilt listener gets its queue back."""

from collections.abc import Collection
from typing import Any

from chaos.actions import ChangeSettings
from chaos.errors import ChaosError, RefusedError
from chaos.injector import Change, Injector
from chaos.ledger.ledger import Intent
from lab.drillfile import Step, make
from lab.runtime.base import Runtime


class RollbackFailedError(ChaosError):
    """What was applied could not be undone; the ledger keeps it, and it is tried again."""


class Changes:
    """Applies and undoes.

    After an undo that rebuilt a service's listener (``down``, ``kill``) that has the host's queue instead of the
    device's: its queue is restored before anything else happens.
    """

    def __init__(self, runtime: Runtime, injector: Injector) -> None:
        self._runtime = runtime
        self._injector = injector
        self._rebuilt: set[str] = set()
        self._errors: dict[str, str] = {}

    def noticed(self, change: Change) -> None:
        """Take note of a step of an action's life, as the injector reports it."""
        if change.rebuilt_listener and change.state in {"applied", "reverted"}:
            self._rebuilt.add(change.target)
        if change.error:
            self._errors[change.action] = change.error

    def active(self) -> tuple[Intent, ...]:
        """What may be active, oldest first."""
        return self._injector.open()

    async def apply(self, step: Step, by: str) -> str:
        """Apply a fault, a mitigation or a change of the load; the id to undo it by.

        Raises:
            chaos.errors.RefusedError: it could not be applied; nothing of it is active, or the journal says what is.
        """
        made = make(step)
        try:
            actions = made.actions(self._runtime)
        except KeyError as unknown:
            raise RefusedError(f"{step.what} on {step.target}: {unknown.args[0]}") from unknown
        return await self._injector.apply(
            name=step.name, kind=step.kind, fault=step.what, target=step.target, params=step.params,
            actions=actions, by=by, traits=made.traits(),
        )  # fmt: skip

    async def configure(self, service: str, settings: dict[str, Any], by: str) -> str:
        """Change a service's live settings, undoably."""
        address = self._runtime.address(service, "control")
        action = ChangeSettings(address=address, token_file=self._runtime.token_file, values=settings)
        return await self._injector.apply(
            name=f"configure-{service}", kind="setting", fault="settings", target=service, params=settings,
            actions=(action,), by=by,
        )  # fmt: skip

    async def undo(self, action: str, by: str) -> None:
        """Undo one applied action.

        Raises:
            RollbackFailedError: it could not be; why.
            UnknownActionError: no such action; the message has those that are active.
        """
        undone = await self._injector.undo(action, by=by)
        await self._restore_queues()
        if not undone:
            why = self._errors.get(action, "it does not read back as undone")
            raise RollbackFailedError(f"{action} could not be undone: {why}")

    async def clear(self, by: str, whose: Collection[str] | None = None) -> list[str]:
        """Undo what a person or a drill applied, newest first; the lab's own settings (its capacity) stay.

        Args:
            by: who undoes.
            whose: only what these applied; None: everyone's.

        Raises:
            RollbackFailedError: some could not be; the others are undone.
        """
        undone, failed = [], []
        theirs = (one for one in reversed(self.active()) if whose is None or one.by in whose)
        for action in [one.id for one in theirs if one.kind != "setting"]:
            try:
                await self.undo(action, by)
                undone.append(action)
            except RollbackFailedError as error:
                failed.append(str(error))
        if failed:
            raise RollbackFailedError("; ".join(failed))
        return undone

    async def roll_back(self, keep: Collection[str] = ()) -> tuple[str, ...]:
        """Undo everything but ``keep``: CPU caps first, then the rest, newest first.

        Returns:
            What could not be undone or restored.
        """
        left = await self._injector.undo_all(by="rollback", keep=keep)
        try:
            await self._restore_queues()
        except ChaosError as error:
            return (*left, f"listen queue: {error}")
        return left

    async def _restore_queues(self) -> None:
        while self._rebuilt:
            service = min(self._rebuilt)
            await self._runtime.restore_listen_queue(service)
            await self._injector.reapply(service)
            self._rebuilt.discard(service)
