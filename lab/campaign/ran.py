"""What a campaign of runs came to, also where it ended before its end."""

from dataclasses import dataclass

from chaos.errors import ChaosError
from lab.analysis.verdict.verdict import BROKEN, INTERRUPTED, NOT_SET_UP
from lab.journal import JournalError
from lab.probes.control import ControlError
from lab.runner import Aborted, Interrupted
from lab.runs.folder import RunFolderError
from lab.runtime.base import SetupError
from lab.session import Result

EARLY = (Interrupted, Aborted, SetupError, ChaosError, ControlError, JournalError, RunFolderError)
"""Ways in which a campaign can end before its end; by then everything is rolled back, as far as it can be."""


@dataclass(frozen=True, slots=True)
class Ran:
    """The runs that were made, and what ended it early (None: nothing; it is in the last result).

    They are in their order, but that the attempts at one run stand side by side, the last one last.
    """

    results: tuple[Result, ...]
    early: BaseException | None = None

    @property
    def over(self) -> bool:
        """Whether no further run should be begun."""
        return self.early is not None or (bool(self.results) and ends_it(self.results[-1]))


def ends_it(result: Result) -> bool:
    """Whether a run ended so that the next one would be in vain: broken, not set up, or its end was asked for."""
    return result.aborted or result.last or result.exit_code in {BROKEN, INTERRUPTED, NOT_SET_UP}
