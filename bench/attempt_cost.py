"""What an attempt costs: CPU time of the lab's client beside a bare aiohttp client's, and the ratio of both."""

import asyncio
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import uvloop

from bench.cells import figure, row
from bench.rows import Row, Rows
from bench.runs import ROOT
from bench.side_by_side import CASES, Case, Costs, Size, measure
from lab.analysis.tournament.spread import mean_interval
from services.kit.server import calm_collector

GOAL_RATIO = 1.5
_SERVER_END_S = 10.0


def attempts(rows: Rows, _runtime: str, _seeds: Sequence[int]) -> None:
    """Each case for which there is no row yet; they need no runtime.

    Garbage is collected as rarely as in the services.
    """
    calm_collector()
    for case in CASES:
        if not rows.of(what="attempt-cpu", case=case.name):
            rows.add({"what": "attempt-cpu", "case": case.name, **costs_of(case, Size())})


def costs_of(case: Case, size: Size) -> Row:
    """Measured against a server in a process of its own, on the services' event loop."""
    with _server() as url, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return figures(runner.run(measure(case, url, size)), size)


def figures(costs: Sequence[Costs], size: Size) -> Row:
    """The medians, and the mean of the rounds' ratios with its 95 % interval (Student's t; at least two rounds)."""
    ratios = [cost.ratio for cost in costs]
    low, high = mean_interval(ratios, 0.95)
    return {
        "ours_us": round(statistics.median(cost.ours_us for cost in costs), 1),
        "bare_us": round(statistics.median(cost.bare_us for cost in costs), 1),
        "ratio": round(statistics.fmean(ratios), 3),
        "ratio_95": [round(low, 3), round(high, 3)],
        "rounds": len(costs),
        "attempts": size.attempts * len(costs),
    }


@contextmanager
def _server() -> Iterator[str]:
    """The URL of a tiny server."""
    command = (sys.executable, "-m", "bench.tiny_server")
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        if process.stdout is None:
            raise RuntimeError("the server was started without a pipe")
        try:
            yield process.stdout.readline().strip()
        finally:
            process.communicate(timeout=_SERVER_END_S)


def attempt_costs(rows: Rows) -> Iterator[str]:
    """The page's section."""
    measured = rows.of(what="attempt-cpu")
    if not measured:
        return
    yield "## What an attempt costs (`python -m bench attempts`)\n"
    yield "CPU time of the process for one attempt, its connection included: the lab's client with the policy `none`"
    yield "beside a bare aiohttp client that sends the same requests to the same server, in turns, in one process."
    yield "Medians of the rounds; the ratio is the mean of theirs, with its 95 % interval. The goal is a ratio of at"
    yield f"most {GOAL_RATIO:g}.\n"
    yield row(
        (
            "attempts",
            "the lab's client, us",
            "bare aiohttp, us",
            "ratio",
            "95 % interval",
            "rounds",
            "attempts of each",
        )
    )
    yield row(("---",) * 7)
    for one in measured:
        low, high = one["ratio_95"]
        yield row(
            (
                one["case"],
                figure(one["ours_us"]),
                figure(one["bare_us"]),
                f"{one['ratio']:.2f}",
                f"{low:.2f}..{high:.2f}",
                one["rounds"],
                one["attempts"],
            )
        )
    yield ""
