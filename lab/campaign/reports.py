"""What a campaign reports while it goes on: typed, in the order in which it happens. How that looks is the listener's.

    Planned ─▶ LabOpens ─▶ Recorded ... ─▶ LabReady ─▶ RunBegins ─▶ Recorded ... ─▶ RunEnds ─▶ ...

A drill that has a lab to itself is a run alone: its bring-up is part of what it records.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from lab.analysis import Timeline
from lab.analysis.tournament.tipping import Looked
from lab.analysis.verdict.verdict import Finding
from lab.drillfile import Drill
from lab.journal.events import Event
from lab.runs.folder import RunFolder
from lab.session import Result

LOG = logging.getLogger("lab")


@dataclass(frozen=True, slots=True)
class Planned:
    """So many runs are to be made of so many that were asked for; the others have a result already.

    Attributes:
        length_s: seconds that they take together, without the lab's bring-up.
    """

    runs: int
    asked: int
    length_s: float


@dataclass(frozen=True, slots=True)
class LabOpens:
    """A lab for several runs is brought up; what is recorded until it is ready is its own."""

    folder: RunFolder
    drill: Drill
    runtime: str


@dataclass(frozen=True, slots=True)
class LabReady:
    """It is calibrated; runs begin."""

    folder: RunFolder


@dataclass(frozen=True, slots=True)
class RunBegins:
    """A run begins.

    Attributes:
        doing: which run it is, in a few words.
        alone: it has a lab to itself, whose bring-up is part of it.
        timeline: what was recorded of it; fed before each ``Recorded`` is reported, and not to be fed by anyone else.
    """

    doing: str
    folder: RunFolder
    drill: Drill
    runtime: str
    alone: bool
    timeline: Timeline


@dataclass(frozen=True, slots=True)
class Recorded:
    """A line of the journal of what was begun last, a lab or a run."""

    event: Event


@dataclass(frozen=True, slots=True)
class RunEnds:
    """A run is over and judged.

    Attributes:
        left_s: seconds that the rest of the plan will take, at the pace so far; None: there is no plan.
    """

    doing: str
    result: Result
    left_s: float | None = None


@dataclass(frozen=True, slots=True)
class RunsAgain:
    """A run that is over was inconclusive because these instrument checks failed; it is repeated.

    Attributes:
        number: which rerun this will be, of ``most`` at most.
    """

    doing: str
    failed: tuple[Finding, ...]
    number: int
    most: int


@dataclass(frozen=True, slots=True)
class PointFound:
    """A search has looked at a value of ``vary``, in ``unit``."""

    vary: str
    unit: str
    looked: Looked


Report = Planned | LabOpens | LabReady | RunBegins | Recorded | RunEnds | RunsAgain | PointFound
ReportListener = Callable[[Report], None]


class Reporter:
    """Hands reports to a listener. One that raises is not asked again: looking on changes no measurement."""

    def __init__(self, listener: ReportListener | None) -> None:
        self._listener = listener

    def __call__(self, report: Report) -> None:
        """Hand it on."""
        if self._listener is None:
            return
        try:
            self._listener(report)
        except (Exception, SystemExit):
            self._listener = None
            LOG.exception("whoever listened to the campaign failed and gets no more reports; the runs go on")

    def recorded(self, event: Event) -> None:
        """Hand on a line of a journal."""
        self(Recorded(event))
