"""A living lab on a clock of its own: nothing is waited for, what is applied is written down, with when."""

import asyncio
import heapq
from dataclasses import dataclass, field

from chaos.errors import ChaosError, RefusedError
from lab.drillfile import Step
from lab.journal.events import Event, NoteWritten


@dataclass
class VirtualLab:
    """Satisfies :class:`lab.exercise.director.GameLab`.

    Attributes:
        did: (time, "apply" or "undo", the step's name).
        refuses: steps that can't be applied; ``holds``: those that can't be undone.
    """

    t: float = 100.0
    did: list[tuple[float, str, str]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)
    holds: set[str] = field(default_factory=set)
    _waiting: list[tuple[float, int, asyncio.Future[None]]] = field(default_factory=list)
    _count: int = 0

    def now_s(self) -> float:
        return self.t

    async def until(self, instant_s: float) -> None:
        if instant_s <= self.t:
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._count += 1
        heapq.heappush(self._waiting, (instant_s, self._count, future))
        await future

    async def advance(self, until_s: float) -> None:
        """Let the lab's time pass: whoever waits is woken in order, and does what it does."""
        await settled()
        while self._waiting and self._waiting[0][0] <= until_s:
            instant_s, _, future = heapq.heappop(self._waiting)
            if future.done():
                continue
            self.t = instant_s
            future.set_result(None)
            await settled()
        self.t = until_s

    def write(self, event: Event) -> None:
        self.events.append(event.model_copy(update={"t": self.t}))

    def note(self, by: str, role: str, kind: str, text: str) -> None:
        self.write(NoteWritten(by=by, role=role, kind=kind, text=text))

    async def apply(self, step: Step, by: str) -> str:
        assert by == "director"
        if step.name in self.refuses:
            raise RefusedError(f"{step.name} could not be applied")
        self.did.append((self.t, "apply", step.name))
        return f"id-{step.name}"

    async def undo(self, action: str, by: str) -> None:
        name = action.removeprefix("id-")
        if name in self.holds:
            raise ChaosError(f"{action} can't be undone yet")
        self.did.append((self.t, "undo", name))

    def notes(self, kind: str) -> list[str]:
        """The texts of the notes of a kind."""
        return [one.text for one in self.events if isinstance(one, NoteWritten) and one.kind == kind]


async def settled() -> None:
    """Everything that can go on has gone on."""
    for _ in range(50):
        await asyncio.sleep(0)  # noqa: TID251  a turn of the loop
