"""A tournament's marks, figures and places as text, the same in the terminal and on the page."""

from collections.abc import Callable, Sequence

from lab.analysis.tournament import Tournament
from lab.analysis.tournament.rank import Standing
from lab.analysis.tournament.spread import Spread
from lab.analysis.tournament.standing import Ended, Score
from lab.report import headline_figures as figures
from lab.report.words import clean

MARKS: dict[Ended, str] = {
    "recovered": "✓",
    "stuck": "✗",
    "borderline": "~",
    "undetermined": "·",
    "invalid": "?",
    "not run": " ",
}

ASCII_MARKS: dict[Ended, str] = {**MARKS, "recovered": "+", "stuck": "x", "undetermined": "."}

MEANING: dict[Ended, str] = {
    "recovered": "recovered: not stuck once the trigger was over (or with the fix, where one was tried), in every run",
    "stuck": "stuck: goodput stayed under 50 % all the same, in every run",
    "borderline": "borderline: stuck in so many of so many runs",
    "undetermined": "undetermined: the trigger's end emptied the queue, or too little was measured",
    "invalid": "invalid: instrument checks failed in every run, so all were discarded",
    "not run": "not run",
}
"""What each mark means, to someone who sees it for the first time."""

SHORT: dict[Ended, str] = {
    "recovered": "recovered",
    "stuck": "stuck",
    "borderline": "borderline",
    "undetermined": "undetermined",
    "invalid": "invalid",
    "not run": "not run",
}
"""The word that stands beside the mark."""

_TENTH = 0.1

_WIDE = 0.25
"""An interval that reaches further than this from its mean stands for no mean at all."""


def percent(value: float | None) -> str:
    """A share as whole percent, with a decimal under 10: ``93 %``, ``1.8 %``."""
    if value is None:
        return figures.NONE
    return (
        f"{100 * value:.0f} %"
        if round(value, 3) >= _TENTH or round(value, 4) == 0
        else f"{100 * value:.1f} %"
    )


def lost(spread: Spread | None) -> str:
    """Goodput lost, and how far that is known: ``93 % ±2``; ``93 %`` from a single run."""
    if spread is None:
        return figures.NONE
    half = None if spread.high is None else 100 * (spread.high - spread.mean)
    if half is None:
        return percent(spread.mean)
    return f"{percent(spread.mean)} ±{f'{half:.1f}' if half < 1 else f'{half:.0f}'}"


def in_ascii(said: str) -> str:
    """For a terminal that has neither plus-minus signs nor spaces that don't break."""
    return said.replace("±", "+-").replace("\u00a0", " ")


def place(found: Standing) -> str:
    """``1``, ``2-4`` (somewhere from 2 to 4), or a dash where nothing can be said."""
    if found.best is None or found.worst is None:
        return figures.NONE
    return str(found.best) if found.best == found.worst else f"{found.best}-{found.worst}"


def outcome(score: Score) -> str:
    """What stands behind the mark: how many of how many runs were stuck, where they differ."""
    return f"{score.stuck}/{score.told}" if score.ended == "borderline" else ""


def lost_of(score: Score) -> str:
    """Goodput lost of a score; the least and the most where a mean says nothing: runs in two clusters."""
    found = score.lost_share
    if found is None:
        return lost(found)
    if score.ended == "borderline" or (score.ended == "undetermined" and _is_wide(found)):
        return _range(found)
    return lost(found)


def _is_wide(spread: Spread) -> bool:
    """Whether the mean is known so badly that it means nothing."""
    return spread.high is not None and spread.high - spread.mean > _WIDE


def _range(spread: Spread) -> str:
    """The least and the most: ``79..98 %``."""
    return figures.unbroken(f"{100 * spread.least:.0f}..{percent(spread.most)}")


def served(spread: Spread | None) -> str:
    """A share that was served, and how far it is known; the least and the most where a mean says nothing."""
    if spread is not None and _is_wide(spread):
        return _range(spread)
    return lost(spread)


def held(score: Score) -> str:
    """In how many runs a change held when the trigger came again, in how many not: ``yes 3, unsafe 1``."""
    said = (f"{word} {score.holds[word]}" for word in ("yes", "no", "unsafe") if score.holds.get(word))
    return ", ".join(said) or figures.NONE


def known(score: Score, figure: str, write: Callable[[float | None], str]) -> str:
    """A figure of a score: its mean and how far that is known; of a borderline one the least and the most.

    Args:
        score: a contestant's under one trigger.
        figure: the name of its field.
        write: how one value is written.
    """
    spread: Spread | None = getattr(score, figure)
    if spread is None:
        return figures.NONE
    if score.ended == "borderline":
        return f"{write(spread.least)} .. {write(spread.most)}"
    if spread.high is None:
        return write(spread.mean)
    return f"{write(spread.mean)} ±{write(spread.high - spread.mean)}"


def back_after(score: Score) -> str:
    """When service was back, in the median, and in how many runs: ``4.0 s (5/5)``; or never.

    Since the trigger's end, or since the mitigation where one came.
    """
    found = score.back
    if found is None:
        return figures.NONE
    if not found.back:
        return "never"
    in_runs = f"{found.back}/{found.n}"
    return in_runs if found.median_s is None else f"{found.median_s:.1f} s ({in_runs})"


def back_shortly(score: Score) -> str:
    """The median alone where all runs came back; never, or in how many, where not."""
    found = score.back
    if found is None or found.median_s is None or found.back < found.n:
        return backs([score]) if found is None or found.back else "never"
    return figures.seconds(found.median_s)


def backs(scores: Sequence[Score]) -> str:
    """In how many runs service came back while it was watched: ``29/30``; a dash where none shows it."""
    known = [score.back for score in scores if score.back is not None]
    return f"{sum(one.back for one in known)}/{sum(one.n for one in known)}" if known else figures.NONE


def mean_of(spreads: Sequence[Spread | None]) -> float | None:
    """The mean of means, each trigger weighing the same; None where nothing was measured."""
    known = [one.mean for one in spreads if one is not None]
    return sum(known) / len(known) if known else None


def not_counted(tournament: Tournament) -> list[tuple[str, str, str]]:
    """The runs that don't count: ``breaker under down``, ``seeds 1, 3``, and why; alike ones in one line."""
    seeds: dict[tuple[str, str], list[int]] = {}
    for cell in tournament.invalid:
        reason = clean(cell.reasons[0]) if cell.reasons else cell.verdict
        seeds.setdefault((f"{clean(cell.contestant)} under {clean(cell.trigger)}", reason), []).append(
            cell.seed
        )
    return [
        (where, f"seed{'' if len(found) == 1 else 's'} {', '.join(map(str, sorted(found)))}", reason)
        for (where, reason), found in seeds.items()
    ]
