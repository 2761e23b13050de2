"""Places of a tournament: given only where the difference is more than the spread.

Contestants are compared two at a time on goodput lost (share of offered, less is better), run against run with the
same trigger and seed; where a tournament went on with a bridge calibrated anew, only on bridges that are alike. Two
are *told apart* where

1. there are at least two such pairs of runs (a trigger with a single one does not count),
2. the mean difference is at least 1 % of offered (the instrument itself is allowed 0.5 % off),
3. the 95 % interval of the mean difference, Holm-corrected for the number of pairs in the table, excludes 0, and
4. where their outcomes differ (one stuck, the other not): these two are further apart than two fair coins are in 95 %
   of all cases, under one of the triggers or under all, even when corrected for the number of triggers and of pairs;
   or outcomes hang on the contestant at all (Cochran's Q,
   by permutation), and then without that correction (``chance``).

A place is a range: from 1 + how many are told apart as better, to n - how many are told apart as worse. These are
simultaneous confidence sets of ranks (Mogstad, Romano, Shaikh, Wilhelm, Review of Economic Studies, 2024). Those within
the spread share places. Two that behave alike are told apart in one table of twenty at most; two whose
drills are the same never.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations

from lab.analysis.tournament.cell import Cell
from lab.analysis.tournament.chance import LEAST_RUNS, holm, mean_p, outcomes_p, strata_p
from lab.analysis.tournament.likeness import on_like_bridges
from lab.analysis.tournament.spread import Spread, spread
from lab.drillfile.frozen import Frozen

ALPHA = 0.05
LEAST_SHARE = 0.01
SAME = "they are one and the same drill"
BAD_SHARE = 0.5
"""Where stuck is undetermined, a run is a bad one that lost half of what was offered or more."""


class Pair(Frozen):
    """Two contestants. ``difference`` is the first one's goodput lost minus the second one's (share of offered).

    Attributes:
        runs: pairs of runs with the same trigger and seed.
        low, high: 95 % interval of the difference, for this pair alone.
        p: the chance of so much difference between two that are alike, corrected for all pairs of the table.
        better: the one that lost less, where they are told apart.
        because: why they are, or are not.
    """

    first: str
    second: str
    runs: int
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p: float = 1.0
    better: str | None = None
    because: str = ""


class Standing(Frozen):
    """A contestant's place: somewhere from ``best`` to ``worst``; both None: not ranked, and ``because`` says why.

    ``lost_share`` is over all valid runs; ``triggers`` those that they were made with.
    """

    contestant: str
    best: int | None
    worst: int | None
    lost_share: Spread | None
    triggers: tuple[str, ...] = ()
    because: str = ""


class Ranking(Frozen):
    """The places of all contestants, best first, and every comparison that they rest on."""

    places: tuple[Standing, ...]
    pairs: tuple[Pair, ...]


def is_bad(cell: Cell) -> bool:
    """Whether the storm outlasted what was to end it; where that is undetermined, whether half of offered was lost."""
    return cell.outlasted if cell.outlasted is not None else (cell.lost_share or 0.0) >= BAD_SHARE


def rank(cells: Sequence[Cell]) -> Ranking:
    """Rank the contestants of these cells; those of invalid runs are discarded."""
    known = {name: _by_meeting(cells, name) for name in dict.fromkeys(cell.contestant for cell in cells)}
    able = [name for name, met in known.items() if _triggers(met)]
    pairs = _compare(able, known)
    places = [_place(name, known[name], pairs, able) for name in known]
    return Ranking(places=tuple(sorted(places, key=_best_first)), pairs=tuple(pairs))


_Met = Mapping[tuple[str, int], Cell]


def _by_meeting(cells: Sequence[Cell], contestant: str) -> dict[tuple[str, int], Cell]:
    """A contestant's usable runs by trigger and seed."""
    mine = (c for c in cells if c.contestant == contestant and c.valid and c.lost_share is not None)
    return {(cell.trigger, cell.seed): cell for cell in mine}


def _triggers(met: _Met) -> list[str]:
    """The triggers of at least two runs."""
    seen = [trigger for trigger, _ in met]
    return [trigger for trigger in dict.fromkeys(seen) if seen.count(trigger) >= LEAST_RUNS]


def _compare(able: list[str], known: Mapping[str, _Met]) -> list[Pair]:
    """Every two contestants, with chances that are corrected for how many such pairs there are."""
    raw = [_measured(first, second, known) for first, second in combinations(able, 2)]
    corrected = holm([chance for _, chance, _ in raw])
    undecided = any(0 < outcome < ALPHA <= outcome * len(raw) for *_, outcome in raw)
    at_all = outcomes_p(_meetings(able, known)) if undecided else 1.0  # takes long: only where it can decide
    return [
        _decided(pair, max(chance, outcome, min(at_all, outcome * len(raw))))
        for (pair, _, outcome), chance in zip(raw, corrected, strict=True)
    ]


def _meetings(able: Sequence[str], known: Mapping[str, _Met]) -> list[dict[str, bool]]:
    """Who came out badly, for each trigger and seed."""
    keys = dict.fromkeys(key for name in able for key in known[name])
    return [{name: is_bad(known[name][key]) for name in able if key in known[name]} for key in keys]


def _measured(first: str, second: str, known: Mapping[str, _Met]) -> tuple[Pair, float, float]:
    """A pair undecided, the chance by t, and the chance by outcomes; neither is corrected yet."""
    shared = _paired(known[first], known[second])
    same = all(_are_one(known[first][meeting], known[second][meeting]) for meeting in shared)
    pair = Pair(first=first, second=second, runs=len(shared), because=SAME if shared and same else "")
    if not shared:
        return pair, 1.0, 1.0
    differences: dict[str, list[float]] = {}
    worse: dict[str, list[int]] = {}
    for trigger, seed in shared:
        one, other = known[first][trigger, seed], known[second][trigger, seed]
        differences.setdefault(trigger, []).append((one.lost_share or 0.0) - (other.lost_share or 0.0))
        worse.setdefault(trigger, []).append(is_bad(one) - is_bad(other))
    mean, half, by_mean = mean_p(differences)
    bounds = {} if half is None else {"low": mean - half, "high": mean + half}
    return pair.model_copy(update={"difference": mean, **bounds}), by_mean, strata_p(list(worse.values()))


def _are_one(one: Cell, other: Cell) -> bool:
    """Whether two runs are of the very same drill under two names."""
    return one.drill is not None and one.drill == other.drill


def _paired(one: _Met, other: _Met) -> list[tuple[str, int]]:
    """The trigger and seed of runs that both have; of triggers with a single such pair only where all are so."""
    shared = [key for key in one if key in other and on_like_bridges(one[key], other[key])]
    met = [trigger for trigger, _ in shared]
    return [key for key in shared if met.count(key[0]) >= LEAST_RUNS] or shared


def _decided(pair: Pair, chance: float) -> Pair:
    found = pair.model_copy(update={"p": chance})
    if pair.difference is None:
        return found.model_copy(
            update={"because": "no runs with the same trigger and seed on bridges that are alike"}
        )
    if pair.low is None:
        return found.model_copy(
            update={"because": "a single run with the same trigger and seed shows no spread"}
        )
    if pair.because == SAME:
        return found
    if chance >= ALPHA:
        return found.model_copy(update={"because": "the difference is not more than the spread"})
    if abs(pair.difference) < LEAST_SHARE:
        return found.model_copy(
            update={"because": f"they differ by less than {100 * LEAST_SHARE:g} % of offered"}
        )
    better = pair.first if pair.difference < 0 else pair.second
    return found.model_copy(update={"better": better, "because": "the difference is more than the spread"})


def _place(name: str, met: _Met, pairs: Sequence[Pair], able: Sequence[str]) -> Standing:
    mine = [pair for pair in pairs if name in {pair.first, pair.second} and pair.better is not None]
    lost = spread(cell.lost_share for cell in met.values())
    triggers = tuple(dict.fromkeys(trigger for trigger, _ in met))
    place = Standing(contestant=name, best=None, worst=None, lost_share=lost, triggers=triggers)
    if name not in able:
        runs = f"{len(met)} run{'' if len(met) == 1 else 's'} to count" if met else "no valid run"
        return place.model_copy(update={"because": f"{runs}; ranking needs two with the same trigger"})
    if len(able) == 1:
        return place.model_copy(update={"because": "no other contestant to compare it with"})
    worse_than = sum(pair.better != name for pair in mine)
    better_than = sum(pair.better == name for pair in mine)
    return place.model_copy(update={"best": 1 + worse_than, "worst": len(able) - better_than})


def _best_first(place: Standing) -> tuple[bool, int, int, float]:
    lost = place.lost_share.mean if place.lost_share else 1.0
    return place.best is None, place.best or 0, place.worst or 0, lost
