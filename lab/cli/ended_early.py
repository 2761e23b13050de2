"""How a campaign ended, as an exit code: before its end, with several results, or with a search's band."""

from collections.abc import Sequence
from itertools import compress

from rich.console import Console

from lab.analysis import are_last
from lab.analysis.tournament.tipping import Tipping
from lab.cli.exits import Exit
from lab.runner import Aborted, Interrupted
from lab.runtime.base import SetupError
from lab.session import Result

GRAVEST_FIRST = (Exit.BROKEN, Exit.INTERRUPTED, Exit.NO_SETUP, Exit.INCONCLUSIVE, Exit.FAIL, Exit.PASS)


def say_end(console: Console, early: BaseException) -> Exit:
    """Say what ended it early, and which exit code that is."""
    if isinstance(early, Interrupted):
        console.print(f"{early}; everything was rolled back", markup=False, highlight=False, soft_wrap=True)
        return Exit.INTERRUPTED
    console.print(str(early), markup=False, highlight=False, soft_wrap=True)
    if isinstance(early, Aborted):
        return Exit.INCONCLUSIVE
    return Exit.NO_SETUP if isinstance(early, SetupError) else Exit.BROKEN


def together(results: Sequence[Result]) -> int:
    """One exit code of several runs: the gravest. A drill with repetitions or variants passes when every run did.

    Of a run that was repeated the last attempt counts.
    """
    last = compress(results, are_last([result.verdict for result in results]))
    codes = {result.exit_code for result in last}
    return next(int(code) for code in GRAVEST_FIRST if code in codes)


def exit_of_search(found: Tipping) -> Exit:
    """Pass: a band was found. Fail: both ends are alike. Inconclusive: a run could not be judged."""
    if found.doubtful is not None:
        return Exit.INCONCLUSIVE
    return Exit.FAIL if found.never_up_to is None else Exit.PASS
