"""What a runner asks of the living lab."""

from collections.abc import AsyncIterator
from typing import Protocol

from lab.analysis import Timeline
from lab.drillfile import Step
from lab.journal.events import CheckDecided, PhaseEntered


class RunControl(Protocol):
    """A living lab, step by step; the session satisfies it."""

    timeline: Timeline

    def now_s(self) -> float:
        """Seconds on the run's clock."""
        ...

    async def until(self, instant_s: float) -> None:
        """Wait for an instant of the run's clock."""
        ...

    def seconds(self) -> AsyncIterator[int]:
        """Each second of the run, after it was sampled."""
        ...

    def enter(self, phase: PhaseEntered) -> None:
        """Journal that a phase begins."""
        ...

    def decided(self, check: CheckDecided) -> None:
        """Journal a decision."""
        ...

    async def start_load(self) -> None:
        """Start the arrivals."""
        ...

    async def stop_load(self) -> None:
        """Start no more arrivals; those in flight end."""
        ...

    async def step(self, step: Step) -> str:
        """Apply a step of the drill; the id to undo it by."""
        ...

    async def undo(self, action: str, by: str) -> None:
        """Undo one applied step."""
        ...

    async def roll_back(self) -> tuple[str, ...]:
        """Undo everything that is still active; the ids of what could not be undone."""
        ...
