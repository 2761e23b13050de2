"""The highest storm in which every instrument check passes: the same drill at rising rates, with more processes.

In the storm storefront makes four attempts per request, or eight that wait half as long: 500 requests/s or 250 are
2,000 attempts/s. A request costs load, edge and storefront CPU before any attempt is made, so on few cores eight
attempts reach further. The other services see no more than the bridge lets through, so storefront alone has several
processes.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from string import Template

from bench.attempt_cost import attempts
from bench.cells import row
from bench.rows import Row, Rows
from bench.runs import Run, run_drill

PROCESSES = (1, 2, 4)
RATES_RPS = {4: (200, 300, 400, 500), 8: (100, 150, 200, 250)}
"""Attempts per request -> requests/s."""
TIMEOUT_MS = {4: 1000, 8: 500}
"""Attempts per request -> how long each may take: all of them, before the load gives a request up (5 s)."""
RUNS = 3
_TEMPLATE = Path(__file__).parent / "drills" / "ceiling.yaml.template"


@dataclass(frozen=True, slots=True)
class Storm:
    """How high: by how many processes of storefront, with how many attempts of each request, at which rate."""

    processes: int
    attempts: int
    rate_rps: int


def ceiling(rows: Rows, runtime: str, seeds: Sequence[int]) -> None:
    """What an attempt costs, and the storm at each rate over three seeds, up to the first rate with no valid run."""
    attempts(rows, runtime, seeds)
    for processes, (per_request, rates) in product(PROCESSES, RATES_RPS.items()):
        for rate in rates:
            storm = Storm(processes, per_request, rate)
            found = [_at(rows, runtime, storm, seed) for seed in seeds[:RUNS]]
            if not any(map(valid, found)):
                break


def valid(found: Row) -> bool:
    """Whether a run's figures can be trusted."""
    return found["verdict"] in {"pass", "fail"} and not found["doubts"]


def drill_of(storm: Storm) -> str:
    """The drill of a storm; one process is what every topology has."""
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        processes="" if storm.processes == 1 else f"processes: {storm.processes}, ",
        retries=storm.attempts - 1,
        timeout_ms=TIMEOUT_MS[storm.attempts],
        amplification=f"{0.875 * storm.attempts:g}",
    )


def _at(rows: Rows, runtime: str, storm: Storm, seed: int) -> Row:
    """The row of one run, which is made unless it is there already."""
    key = {"what": "ceiling", "runtime": runtime, **asdict(storm), "seed": seed}
    if not rows.of(**key):
        name = f"{storm.processes}-{storm.attempts}-{storm.rate_rps}"
        folder = rows.folder / f"ceiling-{runtime}-{name}-{seed}"
        drill = rows.folder / f"ceiling-{name}.yaml"
        rows.folder.mkdir(parents=True, exist_ok=True)
        drill.write_text(drill_of(storm), encoding="utf-8")
        run = run_drill(str(drill), folder, runtime, "--rate", str(storm.rate_rps), "--seed", str(seed))
        rows.add({**key, **_figures(run)})
    return rows.of(**key)[0]


def _figures(run: Run) -> Row:
    """What is kept of a run; one that was refused has no verdict."""
    try:
        verdict = run.verdict
    except (OSError, json.JSONDecodeError):
        why = f"no verdict, exit code {run.exit_code}: {run.folder.with_suffix('.log').name}"
        return {"verdict": "none", "attempts_rps_peak": None, "stuck": None, "doubts": [], "reasons": [why]}
    failed = [
        f"{check['name']}: {check['measured']}" for check in verdict["instrument"] if check["ok"] is False
    ]
    return {
        "verdict": verdict["verdict"],
        "attempts_rps_peak": verdict["metrics"]["attempts_rps_peak"],
        "stuck": verdict["metrics"]["stuck"],
        "doubts": failed,
        "reasons": verdict["reasons"],
    }


def ceilings(rows: Rows) -> Iterator[str]:
    """The page's section: the highest storm of which every run was valid, and each run."""
    measured = [{"processes": 1, "attempts": 4, **found} for found in rows.of(what="ceiling")]
    yield "## The highest storm in which every instrument check passes (`python -m bench ceiling`)\n"
    yield "`retry-storm` at rising rates, its attempts made by one process of storefront or by several: four attempts"
    yield "per request within 1 s each, or eight within 0.5 s each.\n"
    kinds = ("runtime", "processes of storefront", "attempts per request")
    yield row((*kinds, "highest valid storm, attempts/s", "at requests/s", "valid runs there"))
    yield row(("---",) * 6)
    for kind in sorted({_kind(found) for found in measured}):
        yield row((*kind, *_highest([found for found in measured if _kind(found) == kind])))
    yield ""
    yield row((*kinds, "requests/s", "seed", "attempts/s at the peak", "verdict", "failed instrument checks"))
    yield row(("---",) * 8)
    for found in measured:
        doubts = "; ".join(found["doubts"]) or "; ".join(found["reasons"])
        peak = "-" if found["attempts_rps_peak"] is None else f"{found['attempts_rps_peak']:.0f}"
        yield row((*_kind(found), found["rate_rps"], found["seed"], peak, found["verdict"], doubts))
    yield ""


def _kind(found: Row) -> tuple[str, int, int]:
    return found["runtime"], found["processes"], found["attempts"]


def _highest(of_a_kind: Sequence[Row]) -> tuple[str, str, str]:
    """The lowest peak of the runs at the highest rate at which all were valid, that rate, and how many there are."""
    for rate in sorted({found["rate_rps"] for found in of_a_kind}, reverse=True):
        there = [found for found in of_a_kind if found["rate_rps"] == rate]
        if all(map(valid, there)):
            peak = min(found["attempts_rps_peak"] for found in there)
            return f"{peak:.0f}", str(rate), f"{len(there)} of {len(there)}"
    return "-", "-", "-"
