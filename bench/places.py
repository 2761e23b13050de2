"""How often a table in which all contestants are the same has a place: what `lab compare` makes of chance alone."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from types import MappingProxyType

from bench.cells import row
from bench.rows import Rows
from lab.analysis.tournament import Cell
from lab.analysis.tournament.rank import Ranking, rank
from lab.analysis.verdict.interval import wilson

Run = Callable[[random.Random], tuple[bool, float]]
"""Whether a run came out badly, and its goodput lost, as a share of what was offered."""

TABLES: Mapping[tuple[int, int], int] = MappingProxyType(
    {(2, 3): 1000, (2, 5): 1000, (4, 3): 600, (6, 5): 1000, (19, 5): 400}
)
"""(contestants, seeds) -> how many tables."""


def scattered(chance: random.Random) -> tuple[bool, float]:
    """Never stuck; what is lost scatters about a mean."""
    return False, 0.3 + chance.gauss(0, 0.03)


def lopsided(chance: random.Random) -> tuple[bool, float]:
    """Never stuck; now and then much more is lost."""
    return False, 0.27 + 0.03 * chance.expovariate(1)


def at_the_edge(chance: random.Random) -> tuple[bool, float]:
    """Stuck in one run, over in the next, and within either hardly any scatter: what t alone is fooled by."""
    bad = chance.choice((True, False))
    return bad, (0.75 if bad else 0.3) + chance.gauss(0, 0.005)


KINDS: Mapping[str, Run] = MappingProxyType(
    {"about a mean": scattered, "tipping": at_the_edge, "long tail": lopsided}
)


def table(names: Sequence[str], seeds: int, run: Callable[[str], tuple[bool, float]]) -> Ranking:
    """Everyone once a seed, under one trigger."""
    return rank([_cell(name, seed, *run(name)) for seed, name in product(range(seeds), names)])


def ranked(run: Run, contestants: int, seeds: int, tables: int, chance: random.Random) -> int:
    """In how many tables of contestants that are all alike someone is better than someone else."""
    names = [f"c{number}" for number in range(contestants)]
    found = (table(names, seeds, lambda _: run(chance)) for _ in range(tables))
    return sum(any(pair.better is not None for pair in one.pairs) for one in found)


def places(rows: Rows, _runtime: str, seeds: Sequence[int]) -> None:
    """Each size of table with each kind of figures, unless there is a row already; they need no lab."""
    for (contestants, runs), tables in TABLES.items():
        for kind, run in KINDS.items():
            asked = {"what": "places", "contestants": contestants, "runs": runs, "kind": kind}
            if not rows.of(**asked):
                chance = random.Random(seeds[0])  # noqa: S311  no secret
                fooled = ranked(run, contestants, runs, tables, chance)
                rows.add({**asked, "tables": tables, "ranked": fooled})


def fooled(rows: Rows) -> Iterator[str]:
    """The page's section."""
    measured = rows.of(what="places")
    if not measured:
        return
    yield "\n## How often alikes are ranked (`python -m bench places`)\n"
    yield "Simulated tables of `lab compare` in which all contestants are the same, with figures that scatter about a"
    yield "mean, tip between two clusters, or have a long tail: in how many someone got a place. The goal is 5 %.\n"
    yield row(("contestants x seeds", *KINDS))
    yield row(["---"] * (1 + len(KINDS)))
    for contestants, runs in TABLES:
        of_kind = {
            one["kind"]: one for one in measured if (one["contestants"], one["runs"]) == (contestants, runs)
        }
        cells = (
            wilson(of_kind[kind]["ranked"], of_kind[kind]["tables"]) for kind in KINDS if kind in of_kind
        )
        yield row((f"{contestants} x {runs}", *cells))


def _cell(name: str, seed: int, bad: bool, lost: float) -> Cell:  # noqa: FBT001 - as in a run's figures
    return Cell(
        contestant=name, trigger="latency", seed=seed, run="", verdict="pass", valid=True,
        stuck=bad, outlasted=bad, lost_share=lost,
    )  # fmt: skip
