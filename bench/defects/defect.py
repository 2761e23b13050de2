"""A defect of the instrument, planted on purpose: which check it is for, and how it comes about."""

from asyncio import Event as Over
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bench.living import Living
from lab.journal.events import Event

RUNTIMES = ("embedded", "compose")


@dataclass(frozen=True, slots=True)
class Moment:
    """So many seconds after the journal's first line in which ``sign`` stands."""

    sign: str
    after_s: float = 0.0


def in_phase(name: str, after_s: float) -> Moment:
    """So many seconds after a phase began."""
    return Moment(f'"type":"phase.entered","phase":"{name}"', after_s)


@dataclass(frozen=True, slots=True)
class Live:
    """Done from outside to a lab that runs, at a moment.

    ``act`` gets the lab and an event that is set when the run is over; what it has done to processes it undoes.
    """

    moment: Moment
    act: Callable[[Living, Over], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Altered:
    """Written into the journal of a real healthy run, which is judged again. Pure."""

    alter: Callable[[Sequence[Event]], list[Event]]


@dataclass(frozen=True, slots=True)
class Defect:
    """One defect.

    Attributes:
        name: as asked for on the command line.
        what: in words, for the page.
        check: the registered check that must report it; None: none is registered for it, so that the run must be
            inconclusive for whatever reason.
        finding: how the name of the finding begins that must report it.
        plant: how.
        drill: a file of bench/drills: where it is planted.
        runtimes: where it can occur.
    """

    name: str
    what: str
    check: str | None
    finding: str
    plant: Live | Altered
    drill: str = "checks"
    runtimes: Sequence[str] = RUNTIMES

    @property
    def planted(self) -> Literal["live", "journal"]:
        """Into a lab that runs, or into the journal of one that ran."""
        return "live" if isinstance(self.plant, Live) else "journal"
