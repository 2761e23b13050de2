"""docs/measured/checks.md, from the rows alone: what each instrument check's limit costs, and what it catches."""

import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from bench import healthy, planted
from bench.asked import COMPLETED, Found, alarmed
from bench.cells import figure, row
from bench.defects import DEFECTS, Defect, Report
from bench.margins import margin
from bench.neighbours import CONDITIONS
from bench.rows import Row, Rows
from lab.analysis.checks import CHECKS
from lab.analysis.verdict.interval import wilson

RUNTIMES = ("embedded", "compose")
HEAD = """# The instrument checks, measured

Written by `python -m bench checks` from [checks.jsonl](checks.jsonl), where every row is one run. A run in which an
instrument check fails is *inconclusive*: a check that fails in a healthy run costs a good run, and one that
doesn't in a run with a defect costs a wrong verdict. What each check is for: [verdicts](../explanation/verdicts.md).
k of n with its 95 % interval (Wilson).

A healthy run is one of `bench/drills/checks.yaml`, the storm of `retry-storm` in 37 s, until the lab is stuck and
beyond, so that the checks of a stuck lab are asked as well. Every finding in it that isn't ok is a false alarm. A
planted defect is caught when the check that it is meant for reports it; *live* ones are done to a lab that runs, behind
its back, others are written into the *journal* of a healthy run, which is judged again. `bench/defects/` has them all.
"""
HEALTHY = """
False alarms: runs in which the finding was not ok (of a run that was aborted, only what failed counts, not what was
not measured). Margin: how far the figure was from its limit, in the limit's unit, in the worst healthy run and in the
median one, over all conditions; below 0 the limit was not kept.
"""
PLANTED = """
Caught: runs in which the check that must report the defect did; *the verdict alone*: no check has to. Wrong verdicts:
runs that ended *pass* or *fail* all the same (where the lab replaces what was lost, *pass* is right). Also by: other
findings that were not ok.
"""


def write_checks_page(rows: Rows, path: Path) -> None:
    """Write the page."""
    path.write_text("\n".join(page(rows)) + "\n", encoding="utf-8")


def page(rows: Rows) -> Iterator[str]:
    """Its lines."""
    yield HEAD
    yield "## Healthy runs"
    yield HEALTHY
    for runtime in RUNTIMES:
        yield from _healthy(
            runtime, *(rows.of(what=what, runtime=runtime) for what in (healthy.WHAT, planted.WHAT))
        )
    yield "## Planted defects"
    yield PLANTED
    for runtime in RUNTIMES:
        yield from _planted(runtime, rows.of(what=planted.WHAT, runtime=runtime))


def _healthy(runtime: str, found: Sequence[Row], defects: Sequence[Row]) -> Iterator[str]:
    yield f"### {runtime}\n"
    by_condition = {
        condition: [one for one in found if one["condition"] == condition] for condition in CONDITIONS
    }
    for condition, runs in by_condition.items():
        yield _valid(runtime, condition, runs)
    yield ""
    if not found:
        return
    alarms = (f"false alarms, {name}" for name in CONDITIONS)
    yield row(("check", "finding", "limit", *alarms, "planted, caught", "worst margin", "median margin"))
    yield row(["---"] * (6 + len(CONDITIONS)))
    for check in _checks(found):
        for name in _names(check, found) or [""]:
            yield row(_finding(check, name, by_condition, defects))
    yield ""


def _valid(runtime: str, condition: str, runs: Sequence[Row]) -> str:
    """How many runs of a condition came to a verdict, and for which reasons others did not."""
    meant = CONDITIONS[condition]
    if not runs:
        return f"* *{condition}*, {meant}: no rows yet for {runtime}."
    passed = wilson(sum(one["verdict"] == "pass" for one in runs), len(runs))
    others = "".join(
        f" Seed {one['seed']}: {one['verdict']}, {'; '.join(one['reasons'])}."
        for one in runs
        if one["verdict"] != "pass"
    )
    return f"* *{condition}*, {meant}: passed {passed}; commits {_commits(runs)}.{others}"


def _commits(runs: Iterable[Row]) -> str:
    """On which commits the runs were made, and, where it is another, on which their journals were judged."""
    told = (
        f"{one['commit']} (checks of {one['asked_on']})" if "asked_on" in one else one["commit"]
        for one in runs
    )
    return ", ".join(dict.fromkeys(told))


def _checks(found: Iterable[Row]) -> list[str]:
    """The registered checks in their order, then those that only older rows have."""
    return list(dict.fromkeys([*CHECKS, *(check for one in found for check in one["findings"])]))


def _names(check: str, found: Iterable[Row]) -> list[str]:
    """The findings that a check ever had in healthy runs."""
    return list(dict.fromkeys(one["name"] for run in found for one in run["findings"].get(check, [])))


def _finding(
    check: str, name: str, by_condition: Mapping[str, Sequence[Row]], defects: Sequence[Row]
) -> Iterator[object]:
    runs = [run for of_one in by_condition.values() for run in of_one]
    seen = [one for run in runs if _ended(run) for one in _named(run, check, name)]
    yield check
    yield name or "(none in a healthy run)"
    yield seen[-1]["limit"] if seen else "-"
    for of_one in by_condition.values():
        yield _alarms([run for run in of_one if check in run["findings"]], check, name)
    yield _detected(check, name, defects)
    margins = [far for one in seen if (far := margin(one["limit"], one["measured"])) is not None]
    yield figure(min(margins)) if margins else "-"
    yield figure(float(statistics.median(margins))) if margins else "-"


def _alarms(runs: Sequence[Row], check: str, name: str) -> str:
    """In how many runs a finding failed, of those that got to their end (or in which it failed before)."""
    failed_in = [
        run for run in runs if any(alarmed(one, completed=_ended(run)) for one in _named(run, check, name))
    ]
    asked_in = [run for run in runs if _ended(run) or run in failed_in]
    if not asked_in:
        return "no rows yet"
    had = [_named(run, check, name) for run in asked_in]
    failed = wilson(len(failed_in), len(asked_in))
    seen = sum(bool(found) for found in had)
    return str(failed) if seen == len(asked_in) or not name else f"{failed}, asked in {seen}"


def _detected(check: str, name: str, defects: Sequence[Row]) -> str:
    """In how many runs with a defect that this finding must report it did."""

    def is_meant(report: str) -> bool:
        return f"{check}: {name}".startswith(report) or (not name and report.startswith(f"{check}: "))

    if not any(is_meant(str(report)) for defect in DEFECTS.values() for report in defect.reports):
        return "none planted"
    meant = [was for run in defects for report, was in run["caught"].items() if is_meant(report)]
    return str(wilson(sum(meant), len(meant))) if meant else "no rows yet"


def _ended(run: Row) -> bool:
    return bool(run["outcome"] == COMPLETED)


def _named(run: Row, check: str, name: str) -> list[Found]:
    return [one for one in run["findings"].get(check, []) if one["name"] == name]


def _planted(runtime: str, found: Sequence[Row]) -> Iterator[str]:
    yield f"### {runtime}\n"
    if not found:
        yield f"No rows yet for {runtime}.\n"
        return
    yield row(
        ("defect", "what is done", "planted", "must be reported by", "caught", "wrong verdicts", "also by")
    )
    yield row(["---"] * 7)
    for defect in DEFECTS.values():
        if runtime in defect.runtimes:
            runs = [one for one in found if one["defect"] == defect.name]
            reports: Sequence[Report | None] = defect.reports or (None,)
            yield from (row(_defect(defect, report, runs)) for report in reports)
    yield ""


def _defect(defect: Defect, report: Report | None, runs: Sequence[Row]) -> Iterator[object]:
    yield f"`{defect.name}`"
    yield defect.what
    yield defect.planted
    yield report or "the verdict alone"
    if not runs:
        yield from ("no rows yet", "-", "-")
        return
    known = [one["caught"][str(report)] for one in runs if str(report) in one["caught"]]
    yield wilson(sum(known), len(known)) if known else "-"
    yield wilson(sum(one["wrong"] for one in runs), len(runs))
    meant = tuple(one.finding for one in defect.reports)
    others = dict.fromkeys(
        name for one in runs for name in one["by"] if not meant or not name.startswith(meant)
    )
    yield ", ".join(others) or "-"
