"""The highest storm in which every instrument check passes: the same drill at rising rates, with more processes.

In the storm storefront makes four attempts per request: 500 requests/s are 2,000 attempts/s. The other services see no
more than the bridge lets through, so storefront alone has several processes.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from string import Template

from bench.attempt_cost import attempts
from bench.cells import row
from bench.rows import Row, Rows
from bench.runs import Run, run_drill

PROCESSES = (1, 2, 4)
RATES_RPS = (200, 300, 400, 500)
RUNS = 3
_TEMPLATE = Path(__file__).parent / "drills" / "ceiling.yaml.template"


def ceiling(rows: Rows, runtime: str, seeds: Sequence[int]) -> None:
    """What an attempt costs, and the storm at each rate over three seeds, up to the first rate with no valid run."""
    attempts(rows, runtime, seeds)
    for processes in PROCESSES:
        for rate in RATES_RPS:
            found = [_at(rows, runtime, processes, rate, seed) for seed in seeds[:RUNS]]
            if not any(map(valid, found)):
                break


def valid(found: Row) -> bool:
    """Whether a run's figures can be trusted."""
    return found["verdict"] in {"pass", "fail"} and not found["doubts"]


def drill_of(processes: int) -> str:
    """The drill, made by so many processes; one is what every topology has."""
    asked = "" if processes == 1 else f"processes: {processes}, "
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(processes=asked)


def _at(rows: Rows, runtime: str, processes: int, rate: int, seed: int) -> Row:
    """The row of one run, which is made unless it is there already."""
    key = {"what": "ceiling", "runtime": runtime, "processes": processes, "rate_rps": rate, "seed": seed}
    if not rows.of(**key):
        folder = rows.folder / f"ceiling-{runtime}-{processes}-{rate}-{seed}"
        drill = rows.folder / f"ceiling-{processes}.yaml"
        rows.folder.mkdir(parents=True, exist_ok=True)
        drill.write_text(drill_of(processes), encoding="utf-8")
        run = run_drill(str(drill), folder, runtime, "--rate", str(rate), "--seed", str(seed))
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
    """The page's section: the highest rate at which every run was valid, and each run."""
    measured = [{"processes": 1, **found} for found in rows.of(what="ceiling")]
    yield "## The highest storm in which every instrument check passes (`python -m bench ceiling`)\n"
    yield "`retry-storm` at rising rates, its attempts made by one process of storefront or by several.\n"
    yield row(
        (
            "runtime",
            "processes of storefront",
            "highest valid storm, attempts/s",
            "at requests/s",
            "valid runs there",
        )
    )
    yield row(("---",) * 5)
    for runtime, processes in sorted({(found["runtime"], found["processes"]) for found in measured}):
        yield row((runtime, processes, *_highest(measured, runtime, processes)))
    yield ""
    yield row(
        (
            "runtime",
            "processes",
            "requests/s",
            "seed",
            "attempts/s at the peak",
            "verdict",
            "failed instrument checks",
        )
    )
    yield row(("---",) * 7)
    for found in measured:
        doubts = "; ".join(found["doubts"]) or "; ".join(found["reasons"])
        peak = "-" if found["attempts_rps_peak"] is None else f"{found['attempts_rps_peak']:.0f}"
        asked = (found["runtime"], found["processes"], found["rate_rps"], found["seed"])
        yield row((*asked, peak, found["verdict"], doubts))
    yield ""


def _highest(measured: Sequence[Row], runtime: str, processes: int) -> tuple[str, str, str]:
    """The lowest peak of the runs at the highest rate at which all were valid, that rate, and how many there are."""
    of_this = [found for found in measured if (found["runtime"], found["processes"]) == (runtime, processes)]
    for rate in sorted({found["rate_rps"] for found in of_this}, reverse=True):
        there = [found for found in of_this if found["rate_rps"] == rate]
        if all(map(valid, there)):
            peak = min(found["attempts_rps_peak"] for found in there)
            return f"{peak:.0f}", str(rate), f"{len(there)} of {len(there)}"
    return "-", "-", "-"
