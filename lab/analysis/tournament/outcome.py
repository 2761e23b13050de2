"""How runs ended, compared as what it is: yes or no, and so many of so many."""

from collections.abc import Callable, Sequence
from math import comb

from lab.analysis.tournament.cell import Cell
from lab.analysis.tournament.figure_change import ChangeWord, FigureChange

ALPHA = 0.05
UNCLEAR: ChangeWord = "unclear"
ONE_EACH = "one run each: a lab near its tipping point may do the one or the other by chance"


def compare_outcomes(a: Sequence[Cell], b: Sequence[Cell], unlike: Sequence[str]) -> list[FigureChange]:
    """Verdict, stuck, and whether service came back."""
    return [
        _compare("verdict pass", a, b, unlike, _passed),
        _compare("stuck", a, b, unlike, lambda cell: cell.stuck),
        _compare("back in service", a, b, unlike, _back),
    ]


def fisher(k: int, n: int, other_k: int, other_n: int) -> float:
    """The two-sided p of k of n against other_k of other_n (R. A. Fisher's exact test, 1922)."""
    hits, total = k + other_k, n + other_n
    chances = [
        comb(n, i) * comb(other_n, hits - i) / comb(total, hits)
        for i in range(max(0, hits - other_n), min(n, hits) + 1)
    ]
    mine = comb(n, k) * comb(other_n, other_k) / comb(total, hits)
    return min(1.0, sum(chance for chance in chances if chance <= mine * (1 + 1e-9)))


def _passed(cell: Cell) -> bool | None:
    return cell.verdict == "pass" if cell.verdict in {"pass", "fail"} else None


def _back(cell: Cell) -> bool | None:
    if cell.time_to_recover_s is not None:
        return True
    if cell.back_from_s is not None:  # not watched long enough
        return None
    return None if cell.censored_at_s is None else False


def _compare(
    figure: str,
    a: Sequence[Cell],
    b: Sequence[Cell],
    unlike: Sequence[str],
    read: Callable[[Cell], bool | None],
) -> FigureChange:
    one, other = [read(cell) for cell in a], [read(cell) for cell in b]
    told = [[value for value in side if value is not None] for side in (one, other)]
    if unlike:
        word, because = UNCLEAR, unlike[0]
    elif not all(told):
        word, because = UNCLEAR, "not judged"
    elif [len(side) for side in told] != [len(one), len(other)]:
        word, because = UNCLEAR, "missing in some runs; comparing the rest would be biased"
    else:
        word, because = _decide(*told)
    return FigureChange(figure=figure, unit="", a=_said(one), b=_said(other), word=word, because=because)


def _decide(one: Sequence[bool], other: Sequence[bool]) -> tuple[ChangeWord, str]:
    if len(one) == len(other) == 1:
        return ("changed" if one != other else "not changed"), ONE_EACH
    p = fisher(sum(one), len(one), sum(other), len(other))
    if p < ALPHA:
        return "changed", f"so far apart by chance in {p:.2g} of all cases (Fisher)"
    if len({*one, *other}) == 1:
        return "not changed", "the same in every run"
    return UNCLEAR, f"so far apart by chance in {p:.2g} of all cases (Fisher)"


def _said(values: Sequence[bool | None]) -> str | None:
    known = [value for value in values if value is not None]
    if not known:
        return None
    if len(known) == 1:
        return "yes" if known[0] else "no"
    return f"{sum(known)} of {len(known)}"
