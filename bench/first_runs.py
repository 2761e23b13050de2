"""What a newcomer gets: `make drill` in a clone that is set up, with an empty home, quiet and beside a busy core.

The goal is a verdict, and the right one: *pass* in 25 of 25 quiet and in 24 of 25 beside one busy core, both runtimes
counted together. What counts is the first attempt; `make drill` repeats once a run whose instrument checks failed.
"""

import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

from bench.cells import row, spread
from bench.figures import ready_after_s
from bench.neighbours import CONDITIONS, beside
from bench.rows import Row, Rows
from bench.runs import DEADLINE_S, ROOT, Run
from lab.analysis.verdict.interval import wilson
from lab.runs.home import VARIABLE

WHAT = "first-run"
RUNS = {
    ("quiet", "embedded"): 13,
    ("quiet", "compose"): 12,
    ("core", "embedded"): 12,
    ("core", "compose"): 13,
}
"""Condition and runtime -> how many runs."""
GOALS = {"quiet": 25, "core": 24}


def first_runs(rows: Rows, runtime: str, seeds: Sequence[int]) -> None:
    """Every run of a runtime that has no row yet, at most as many of each condition as there are seeds; in turns."""
    numbers = {kind: range(1, min(most, len(seeds)) + 1) for kind, most in RUNS.items() if kind[1] == runtime}
    turns = zip_longest(*([(kind[0], number) for number in of] for kind, of in numbers.items()))
    for condition, number in filter(None, chain.from_iterable(turns)):
        key = {"what": WHAT, "runtime": runtime, "condition": condition, "number": number}
        if not rows.of(**key):
            rows.add(
                {**key, **_made(rows.folder / f"first-run-{runtime}-{condition}-{number}", *key.values())}
            )


def _made(home: Path, _what: str, runtime: str, condition: str, _number: int) -> Row:
    """One `make drill`; what it prints goes beside its home."""
    shutil.rmtree(home, ignore_errors=True)  # what an interrupted benchmark left
    home.mkdir(parents=True)
    command = ["make", "drill", f"RUNTIME={runtime}"]
    with beside(condition, home.parent) as did, home.with_suffix(".log").open("w") as log:
        begun_s = time.monotonic()
        done = subprocess.run(
            ["env", f"{VARIABLE}={home}", *command], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            timeout=DEADLINE_S, check=False,
        )  # fmt: skip
        took_s = round(time.monotonic() - begun_s, 1)
    return {**figures(home / "runs", begun_s, done.returncode), "wall_s": took_s, **did}


def figures(runs: Path, begun_s: float, exit_code: int) -> Row:
    """What is kept of one command: the verdict of its first attempt and of its last, and why not *pass*."""
    folders = sorted(one for one in runs.glob("*") if one.is_dir() and not one.is_symlink())
    attempts = [Run(folder, exit_code, begun_s) for folder in folders]
    verdicts = [attempt.verdict if attempt.judged else None for attempt in attempts]
    first: dict[str, Any] = (verdicts[0] if verdicts else None) or {}
    return {
        "exit_code": exit_code,
        "first": first.get("verdict", "none"),
        "last": ((verdicts[-1] if verdicts else None) or {}).get("verdict", "none"),
        "reruns": max(0, len(attempts) - 1),
        "reasons": first.get("reasons", ["no verdict: see the log beside the home"]),
        "failed": [
            f"{one['name']}: {one['measured']}" for one in first.get("instrument", []) if one["ok"] is False
        ],
        "ready_s": ready_after_s(attempts[0]) if attempts and first else None,
    }


def first_run_lines(rows: Rows) -> Iterator[str]:
    """The page's section."""
    found = rows.of(what=WHAT)
    yield f"## The first run (`python -m bench {WHAT}`)\n"
    yield "`make drill` in a clone that is set up, with an empty home: pass at the first attempt, and after the one"
    yield "rerun that it allows itself. Wrong: ended *fail*. Ready: from the command to the first request of the"
    yield "baseline, calibration included. Goal: 25 of 25 quiet, 24 of 25 beside a busy core.\n"
    yield row(("condition", "runtime", "pass at the first attempt", "with the rerun", "wrong", "ready s"))
    yield row(["---"] * 6)
    for condition in GOALS:
        of = [one for one in found if one["condition"] == condition]
        for runtime in sorted({one["runtime"] for one in of}):
            yield row((condition, runtime, *_cells([one for one in of if one["runtime"] == runtime])))
        if of:
            yield row((f"{condition}: {CONDITIONS[condition]}", "both", *_cells(of)))
    yield ""
    for one in found:
        if one["first"] != "pass":
            which = f"{one['runtime']}, {one['condition']}, run {one['number']}"
            yield f"* {which}: {one['first']}, then {one['last']}: {'; '.join(one['reasons'])}\n"


def _cells(of: Sequence[Row]) -> tuple[str, ...]:
    return (
        str(wilson(sum(one["first"] == "pass" for one in of), len(of))),
        str(wilson(sum(one["last"] == "pass" for one in of), len(of))),
        f"{sum('fail' in (one['first'], one['last']) for one in of)} of {len(of)}",
        spread(one["ready_s"] for one in of),
    )
