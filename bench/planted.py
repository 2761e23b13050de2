"""Runs with one defect planted: does the check that is for it report it, and is the verdict never a wrong one?"""

import asyncio
import json
import shutil
import time
from asyncio import Event as Over
from collections.abc import Sequence
from pathlib import Path

from bench.asked import COMPLETED, alarms, ask, seen
from bench.defects import Defect, Live, Moment
from bench.defects.acts import lasts
from bench.healthy import DRILL, drill_of, events_of
from bench.living import Living
from bench.rows import Row, Rows
from bench.runs import DEADLINE_S, Run, run_drill
from chaos.errors import ChaosError
from chaos.wait import wait_until

WHAT = "check-planted"
TIMES = 3
"""How often each defect is planted on each runtime."""
EVERY_S = 0.1


def planted(rows: Rows, runtime: str, defect: Defect, seeds: Sequence[int]) -> None:
    """One run for every seed that has no row yet; one in which the defect could not be planted gets none."""
    for seed in seeds:
        key = {"what": WHAT, "defect": defect.name, "runtime": runtime, "seed": seed}
        if not rows.of(**key):
            begun_s = time.monotonic()
            row = (_live if isinstance(defect.plant, Live) else _altered)(rows.folder, runtime, defect, seed)
            if row is not None:
                row |= reported(defect, rows.folder / row["folder"])
                wall_s = round(time.monotonic() - begun_s, 1)
                rows.add({**key, "planted": defect.planted, **row, "wall_s": wall_s})


def reported(defect: Defect, folder: Path) -> Row:
    """What the checks say of the run with the defect, whose folder (or whose unaltered run's) this is."""
    events = events_of(folder)
    if isinstance(defect.plant, Live):
        row = seen(events)
        return {**row, **caught(defect, row, {})}
    row = seen(defect.plant.alter(events))
    return {**row, **caught(defect, row, ask(events))}


def _live(runs: Path, runtime: str, defect: Defect, seed: int) -> Row | None:
    """The defect in a lab that runs."""
    if not isinstance(defect.plant, Live):
        raise TypeError(defect.name)
    folder = runs / f"planted-{defect.name}-{runtime}-{seed}"
    shutil.rmtree(folder, ignore_errors=True)  # an older journal must not be taken for this run's
    run, failed = asyncio.run(run_with(defect.plant, *drill_of(defect.drill, runtime, seed, folder)))
    if failed is not None:
        print(f"{defect.name} was not planted: {failed}", flush=True)  # noqa: T201 - progress of a command
        return None
    return {"folder": folder.name, "exit_code": run.exit_code}


async def run_with(
    plant: Live, drill: str, folder: Path, runtime: str, *options: str
) -> tuple[Run, str | None]:
    """A run with something done to it at a moment, and why that could not be done."""
    over = Over()
    planting = asyncio.create_task(_at_its_moment(plant, Living(folder, runtime), over))
    try:
        run = await asyncio.to_thread(run_drill, drill, folder, runtime, *options)
    finally:
        over.set()
        failed = await planting
    return run, failed


async def _at_its_moment(plant: Live, lab: Living, over: Over) -> str | None:
    """Wait for the moment and act; why that was not possible."""
    try:
        await wait_until(
            lambda: over.is_set() or has_come(plant.moment, lab.folder),
            DEADLINE_S,
            "the moment",
            every_s=EVERY_S,
        )
        if over.is_set() or not await lasts(over, plant.moment.after_s):
            return f"the run ended before its moment: {plant.moment}"
        await plant.act(lab, over)
    except (ChaosError, LookupError, OSError) as error:
        # What a run's end takes away in the middle of an act was there when it was planted.
        return None if over.is_set() else f"{type(error).__name__}: {error}"
    return None


def has_come(moment: Moment, folder: Path) -> bool:
    """Whether the journal has the moment's sign."""
    try:
        return moment.sign in (folder / "journal.jsonl").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False


def _altered(runs: Path, runtime: str, defect: Defect, seed: int) -> Row | None:
    """A run that passed, into whose journal the defect is written."""
    source = _healthy_run(runs, runtime, defect.drill, seed)
    if source is None:
        print(f"{defect.name} was not planted: no {defect.drill} on {runtime} passed", flush=True)  # noqa: T201
        return None
    return {"folder": source.name, "exit_code": None}


def _healthy_run(runs: Path, runtime: str, drill: str, seed: int) -> Path | None:
    """The folder of a run that passed: a healthy one that is kept, or a new one; None: that one did not pass."""
    kept = runs / f"checks-quiet-{runtime}-{seed}"
    own = runs / f"unaltered-{drill}-{runtime}-{seed}"
    for folder in (kept, own) if drill == DRILL else (own,):
        if _passed(folder):
            return folder
    run_drill(*drill_of(drill, runtime, seed, own))
    return own if _passed(own) else None


def _passed(folder: Path) -> bool:
    try:
        return bool(json.loads((folder / "verdict.json").read_text())["verdict"] == "pass")
    except (OSError, ValueError, KeyError):
        return False


def caught(defect: Defect, row: Row, before: dict[str, list[Row]]) -> Row:
    """Whether each check that must report the defect does, and who does at all; what was so before is no report."""
    completed = row["outcome"] == COMPLETED
    known = set(alarms(before))

    def said(check: str | None = None) -> list[str]:
        return [name for name in alarms(row["findings"], check, completed=completed) if name not in known]

    return {
        "caught": {
            str(one): any(name.startswith(one.finding) for name in said(one.check)) for one in defect.reports
        },
        "wrong": row["verdict"] in defect.wrong,
        "by": said(),
    }
