"""The folder of a tournament: which of its cells are finished, so that it goes on where it was interrupted.

.lab/tournaments/<UTC time>-<plan>/asked.json           what it was begun for
                                   plan.yaml            the plan as read
                                   cells/<cell>/        a run folder each
                                   tournament.json, .csv, .html
"""

import glob
import hashlib
import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from chaos.process.files import replace_text
from lab.drillfile import Field, Plan, PlannedCell
from lab.journal import JournalError, read
from lab.runs.folder import RunFolder, RunFolderError, create_run_folder, fresh_path
from lab.runs.provenance import sources, versions

FINISHED = frozenset({"completed", "aborted"})
"""Outcomes that are a result; a cell that was interrupted or broke is run again."""


@dataclass(frozen=True, slots=True)
class TournamentFolder:
    """Where everything of one tournament lies."""

    path: Path

    @property
    def name(self) -> str:
        """Time and plan."""
        return self.path.name

    def finished(self, cell: PlannedCell) -> RunFolder | None:
        """The run folder of a cell that has a result; None: it is still to be run."""
        run = RunFolder(self.path / "cells" / cell.name)
        try:
            closed = read(run.journal).closed if run.journal.is_file() else None
        except JournalError:
            return None
        return run if closed is not None and closed.outcome in FINISHED and closed.clean else None

    def begin(self, cell: PlannedCell) -> RunFolder:
        """A fresh run folder for a cell; what an interrupted run of it has left is removed.

        Raises:
            RunFolderError: it can't be written.
        """
        path = self.path / "cells" / cell.name
        shutil.rmtree(path, ignore_errors=True)
        return create_run_folder(self.path, cell.drill.name, path)

    @property
    def json(self) -> Path:
        """The whole result."""
        return self.path / "tournament.json"

    @property
    def csv(self) -> Path:
        """One row a cell."""
        return self.path / "tournament.csv"

    @property
    def page(self) -> Path:
        """The page with small multiples."""
        return self.path / "tournament.html"


def open_tournament(home: Path, plan: Plan, field: Field, runtime: str, *, fresh: bool) -> TournamentFolder:
    """The folder of this very tournament, begun before or new.

    Args:
        home: where everything goes that outlives a run.
        plan: whose text, with ``field``, ``runtime`` and what its runs are made with, says whether it is the same.
        field: who takes part. How many seeds is left open: they are outermost, so more can be added later, and each
            seed is the same for all; with more contestants or triggers it is another tournament.
        runtime: where the lab runs.
        fresh: begin anew, whatever there is.

    Raises:
        RunFolderError: it can't be written; says where and what to do.
    """
    folder = home / "tournaments"
    mark = _fingerprint(plan, field, runtime)
    known = sorted(folder.glob(f"*-{glob.escape(plan.name)}*"), reverse=True) if folder.is_dir() else []
    for path in () if fresh else known:
        if _asked(path).get("fingerprint") == mark:
            return TournamentFolder(path)
    path = folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{plan.name}"
    asked = {"schema": 1, "fingerprint": mark, "plan": plan.name, "runtime": runtime, **_who(field)}
    try:
        path = fresh_path(path)
        (path / "cells").mkdir(mode=0o700)
        replace_text(path / "plan.yaml", plan.text)
        replace_text(path / "asked.json", json.dumps(asked, indent=2) + "\n")
    except OSError as error:
        raise RunFolderError(f"the tournament's folder {path} can't be written: {error}") from error
    return TournamentFolder(path)


def planned_s(cells: Iterable[PlannedCell]) -> float:
    """How long cells take together, with the tail of each in which its last requests end."""
    return sum(cell.drill.planned_s + cell.drill.load.patience_s + 2 for cell in cells)


def _asked(path: Path) -> dict[str, object]:
    try:
        found = json.loads((path / "asked.json").read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _who(field: Field) -> dict[str, object]:
    return {"contestants": field.contestants, "triggers": field.triggers}


def _fingerprint(plan: Plan, field: Field, runtime: str) -> str:
    made_with = [versions(plan.drills.values()), sources()]
    said = json.dumps([plan.text, _who(field), runtime, made_with], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()
