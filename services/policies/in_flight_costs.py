"""What a policy took for each attempt that is under way, kept with the call.

A hedged call has several attempts under way at once, and no one says which of them has ended. So the oldest is taken
to end first, and the latest to be given back first: a first attempt, which costs nothing, never gives back what a
hedge has paid while that hedge may still run.
"""

from typing import Generic, TypeVar

from services.policies.policy import Call

Taken = TypeVar("Taken")


class InFlightCosts(Generic[Taken]):
    """One policy's entries in the notes of calls; nothing is kept here, so nothing outlives a call."""

    __slots__ = ()

    def enter(self, call: Call, taken: Taken) -> None:
        """An attempt may be made; `taken` is what it cost."""
        entries = call.notes.get(self)
        if entries is None:
            call.notes[self] = [taken]
        else:
            entries.append(taken)

    def undo(self, call: Call) -> Taken | None:
        """What the latest attempt took: it wasn't made. None: nothing is known of it."""
        entries: list[Taken] | None = call.notes.get(self)
        return entries.pop() if entries else None

    def end(self, call: Call) -> Taken | None:
        """What the oldest attempt took: it has ended. None: another policy let it through."""
        entries: list[Taken] | None = call.notes.get(self)
        return entries.pop(0) if entries else None
