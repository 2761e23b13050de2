"""What a campaign reports, on a terminal: one view at a time, of the lab that comes up or of the run that is on."""

from types import TracebackType
from typing import Self

import rich.console

from lab.campaign import (
    LabOpens,
    LabReady,
    Planned,
    PointFound,
    Recorded,
    Report,
    RunBegins,
    RunEnds,
    RunsAgain,
)
from lab.cli.run_words import again, minutes, outcome
from lab.cli.viewing import Viewing
from lab.report.console import Console
from lab.report.terminal.tipping import point_words
from lab.report.words import clean


class Showing:
    """A listener of a campaign. Entered before it begins; left, it has ended its view, whatever became of the campaign.

    Args:
        console: where everything is shown. A run of several has a view only on a terminal that can be drawn over: a
            log would get hundreds of lines, and the line about its result is enough there.
    """

    def __init__(self, console: rich.console.Console) -> None:
        self._console = console
        self._viewing: Viewing | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_view()

    def say(self, text: str) -> None:
        """A line for whoever watches."""
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def __call__(self, report: Report) -> None:
        """Show what is reported, in the loop of the campaign."""
        match report:
            case LabOpens(folder, drill, runtime):
                self._view(Viewing(self._console, drill, runtime, folder))
            case RunBegins(drill=drill, runtime=runtime, folder=folder, timeline=timeline):
                shown = self._console if report.alone or self._console.is_terminal else Console(quiet=True)
                self._view(Viewing(shown, drill, runtime, folder, timeline))
            case Recorded(event):
                if self._viewing is not None:
                    self._viewing.show(event)
            case LabReady() | RunEnds():
                self._end_view()
        if line := in_words(report):
            self.say(line)

    def _view(self, viewing: Viewing) -> None:
        self._end_view()
        self._viewing = viewing
        viewing.begin()

    def _end_view(self) -> None:
        if self._viewing is not None:
            self._viewing.end()
            self._viewing = None


def in_words(report: Report) -> str | None:
    """The line that a report is worth; None: none, it is in the view."""
    match report:
        case Planned(runs, asked, length_s):
            return f"{runs} of {asked} runs to make, about {minutes(length_s)}"
        case RunEnds(doing, result, left_s) if left_s is not None:
            return f"{doing}: {outcome(result)}; {minutes(left_s)} left"
        case RunsAgain(doing, failed, number, most):
            return clean(again(doing, failed, number, most))
        case PointFound(vary, unit, looked):
            return f"{vary} {looked.value:g} {unit}: {point_words(looked)} stayed stuck"
        case _:
            return None
