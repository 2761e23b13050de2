"""A tournament's marks, figures and places as text, the same in the terminal and on the page."""

from collections.abc import Sequence

from lab.analysis.tournament import Tournament
from lab.analysis.tournament.rank import Place
from lab.analysis.tournament.spread import Back, Spread
from lab.analysis.tournament.standing import Ended, Score
from lab.report import figures
from lab.report.words import clean

MARKS: dict[Ended, str] = {
    "over": "✓",
    "stuck": "✗",
    "borderline": "~",
    "not told": "·",
    "not vouched": "?",
    "not run": " ",
}

ASCII_MARKS: dict[Ended, str] = {**MARKS, "over": "+", "stuck": "x", "not told": "."}

MEANING: dict[Ended, str] = {
    "over": "over: the storm ended with its trigger (or with the fix, where one was tried), in every run",
    "stuck": "stuck: it went on all the same, in every run",
    "borderline": "borderline: stuck in so many of so many runs",
    "not told": "can't tell: the trigger's end emptied the queue, or too little was seen",
    "not vouched": "can't vouch: the lab's own checks doubt every run; nothing of it counts",
    "not run": "not run",
}
"""What each mark means, to somebody who sees it for the first time."""

_TENTH = 0.1


def percent(value: float | None) -> str:
    """A share as whole percent, with a decimal under 10: ``93 %``, ``1.8 %``."""
    if value is None:
        return figures.NONE
    return f"{100 * value:.0f} %" if value >= _TENTH or round(value, 4) == 0 else f"{100 * value:.1f} %"


def lost(spread: Spread | None) -> str:
    """Goodput lost, and how far that is known: ``93 % ±2``; ``93 %`` from a single run."""
    if spread is None:
        return figures.NONE
    half = None if spread.high is None else 100 * (spread.high - spread.mean)
    if half is None:
        return percent(spread.mean)
    return f"{percent(spread.mean)} ±{f'{half:.1f}' if half < 1 else f'{half:.0f}'}"


def place(found: Place) -> str:
    """``1``, ``2-4`` (somewhere from 2 to 4), or a dash where nothing can be said."""
    if found.best is None or found.worst is None:
        return figures.NONE
    return str(found.best) if found.best == found.worst else f"{found.best}-{found.worst}"


def outcome(score: Score) -> str:
    """What stands behind the mark: how many of how many runs were stuck, where they differ."""
    return f"{score.stuck}/{score.told}" if score.ended == "borderline" else ""


def back(found: Back | None) -> str:
    """When service was back: ``4.2 s``; ``not back`` (in the run's time); ``8 s, 3 of 5``."""
    if found is None:
        return figures.NONE
    if found.back == 0:
        return "not back"
    median = "later" if found.median_s is None else figures.seconds(found.median_s)
    return median if found.back == found.n else f"{median}, {found.back} of {found.n}"


def mean_of(spreads: Sequence[Spread | None]) -> float | None:
    """The mean of means, each trigger weighing the same; None where nothing was measured."""
    known = [one.mean for one in spreads if one is not None]
    return sum(known) / len(known) if known else None


def not_counted(tournament: Tournament) -> list[tuple[str, str, str]]:
    """The runs that don't count: ``breaker under down``, ``seeds 1, 3``, and why; alike ones in one line."""
    seeds: dict[tuple[str, str], list[int]] = {}
    for cell in tournament.unvouched:
        reason = clean(cell.reasons[0]) if cell.reasons else cell.verdict
        seeds.setdefault((f"{clean(cell.contestant)} under {clean(cell.trigger)}", reason), []).append(
            cell.seed
        )
    return [
        (where, f"seed{'' if len(found) == 1 else 's'} {', '.join(map(str, sorted(found)))}", reason)
        for (where, reason), found in seeds.items()
    ]
