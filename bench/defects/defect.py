"""A defect of the instrument, planted on purpose: which check it is for, and how it comes about."""

from asyncio import Event as Over
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from bench.living import Living
from lab.journal.events import Event

RUNTIMES = ("embedded", "compose")
WRONG = frozenset({"pass", "fail"})


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


class Report(NamedTuple):
    """What must be reported: by which registered check, and how the name of its finding begins."""

    check: str
    finding: str

    def __str__(self) -> str:
        return f"{self.check}: {self.finding}"


@dataclass(frozen=True, slots=True)
class Defect:
    """One defect.

    Attributes:
        name: as asked for on the command line.
        what: in words, for the page.
        reports: every check that must report it; none: whatever the checks say, the verdict must not be wrong.
        plant: how.
        drill: a file of bench/drills: where it is planted.
        runtimes: where it can occur.
        wrong: verdicts that a run with it must not come to. Where the lab replaces what was lost, *pass* is right.
    """

    name: str
    what: str
    reports: Sequence[Report]
    plant: Live | Altered
    drill: str = "checks"
    runtimes: Sequence[str] = RUNTIMES
    wrong: frozenset[str] = WRONG

    @property
    def planted(self) -> Literal["live", "journal"]:
        """Into a lab that runs, or into the journal of one that ran."""
        return "live" if isinstance(self.plant, Live) else "journal"
