"""The section of docs/measured/benchmarks.md on a known load, from the rows alone."""

from collections.abc import Iterator, Sequence
from statistics import median

from bench.cells import figure, row
from bench.rows import Row, Rows
from lab.analysis.verdict.interval import wilson

OVERLOADED = 1.05
PARITY = 0.1
INTRODUCTION = """\
Clients that never retry, 20 s, from an empty queue. Load: offered / calibrated capacity. Beyond:
offered - capacity, over its 95 % interval; growth: of the accept queue, until its wait reaches the
timeout of 1 s. Holds: at 0.95 and below the delay's p99 is under half the timeout; at 1.05 and above
growth is beyond +-20 %; between them nothing follows.
"""


def known_loads(rows: Rows) -> Iterator[str]:
    """Every step, then what holds on each runtime, and whether both carry the same share of what was calibrated."""
    found = rows.of(what="known-load")
    yield "## A known load on a known capacity (`python -m bench proofs`)\n"
    yield INTRODUCTION
    yield row(("runtime", "step", "seed", "load", "beyond, /s", "growth, /s", "delay p99, s", "holds"))
    yield row(["---"] * 8)
    for one in sorted(found, key=lambda one: (one["runtime"], one["step"], one["seed"])):
        beyond = f"{figure(one['beyond_low_rps'])} to {figure(one['beyond_high_rps'])}"
        held = {True: "yes", False: "no", None: "-"}[one["holds"]]
        figures = [figure(one[key]) for key in ("growth_rps", "delay_p99_s")]
        yield row((one["runtime"], one["step"], one["seed"], figure(one["load"]), beyond, *figures, held))
    yield ""
    carried = {}
    for runtime in sorted({one["runtime"] for one in found}):
        of = [one for one in found if one["runtime"] == runtime]
        judged = [one["holds"] for one in of if one["holds"] is not None]
        if judged:
            yield f"{runtime}: holds in {wilson(sum(judged), len(judged))}.\n"
        if shares := carried_shares(of):
            carried[runtime] = median(shares)
            yield (
                f"{runtime}: carried / calibrated, where more was offered than it carries: median "
                f"{figure(carried[runtime])} ({figure(min(shares))} to {figure(max(shares))}, {len(shares)} runs).\n"
            )
    if len(carried) > 1:
        apart = max(carried.values()) - min(carried.values())
        word = "within" if apart <= PARITY else "not within"
        yield f"Parity: the medians are {figure(apart)} apart, {word} {PARITY:g}.\n"


def carried_shares(found: Sequence[Row]) -> list[float]:
    """What an overloaded bridge carried, as a multiple of its calibrated capacity: offered - growth of the queue."""
    return [
        (one["offered_rps"] - one["growth_rps"]) / one["capacity_rps"]
        for one in found
        if one["growth_rps"] is not None and (one["load"] or 0) >= OVERLOADED
    ]
